resource "aws_lambda_event_source_mapping" "stream" {
  function_name    = aws_lambda_alias.live[local.stream.function].arn
  event_source_arn = aws_dynamodb_table.this.stream_arn

  starting_position                  = local.stream.startingPosition
  batch_size                         = local.stream.batchSize
  maximum_batching_window_in_seconds = local.stream.maximumBatchingWindowInSeconds
  parallelization_factor             = local.stream.parallelizationFactor
  maximum_retry_attempts             = local.stream.maximumRetryAttempts
  maximum_record_age_in_seconds      = local.stream.maximumRecordAgeInSeconds
  bisect_batch_on_function_error     = local.stream.bisectBatchOnFunctionError
  function_response_types            = local.stream.reportBatchItemFailures ? ["ReportBatchItemFailures"] : []

  filter_criteria {
    dynamic "filter" {
      for_each = local.stream.filters

      content {
        pattern = jsonencode(filter.value)
      }
    }
  }

  # The only kind of destination that receives the records themselves. The others receive their sequence numbers, which
  # can be read from the stream for a day only.
  destination_config {
    on_failure {
      destination_arn = module.failures_bucket.arn
    }
  }

  metrics_config {
    metrics = ["EventCount"]
  }

  # When the mapping is created, Lambda checks that the role may read the stream and write to the destination.
  depends_on = [aws_iam_role_policy.function, module.failures_bucket]
}

# The second reader: DynamoDB allows two of a stream. What it does nobody waits for, and its failures delay no delivery.
resource "aws_lambda_event_source_mapping" "followups" {
  function_name    = aws_lambda_alias.live[local.followups.function].arn
  event_source_arn = aws_dynamodb_table.this.stream_arn

  starting_position                  = local.followups.startingPosition
  batch_size                         = local.followups.batchSize
  maximum_batching_window_in_seconds = local.followups.maximumBatchingWindowInSeconds
  parallelization_factor             = local.followups.parallelizationFactor
  maximum_retry_attempts             = local.followups.maximumRetryAttempts
  maximum_record_age_in_seconds      = local.followups.maximumRecordAgeInSeconds
  bisect_batch_on_function_error     = local.followups.bisectBatchOnFunctionError
  function_response_types            = local.followups.reportBatchItemFailures ? ["ReportBatchItemFailures"] : []

  filter_criteria {
    dynamic "filter" {
      for_each = local.followups.filters

      content {
        pattern = jsonencode(filter.value)
      }
    }
  }

  destination_config {
    on_failure {
      destination_arn = module.followup_failures_bucket.arn
    }
  }

  metrics_config {
    metrics = ["EventCount"]
  }

  depends_on = [aws_iam_role_policy.function, module.followup_failures_bucket]
}

module "failures_bucket" {
  source = "./modules/private-bucket"

  name          = local.failures_bucket
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

module "followup_failures_bucket" {
  source = "./modules/private-bucket"

  name          = local.followup_failures
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_lifecycle_configuration" "failures" {
  bucket = module.failures_bucket.name

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.failure_retention_days
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "followup_failures" {
  bucket = module.followup_failures_bucket.name

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.failure_retention_days
    }
  }
}
