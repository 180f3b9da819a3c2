# The two readers of the table's stream, which is as many as DynamoDB allows. `stream` delivers. `followups` does what
# nobody waits for, so that its failures delay no delivery.
resource "aws_lambda_event_source_mapping" "reader" {
  for_each = local.readers

  function_name    = aws_lambda_alias.live[each.value.function].arn
  event_source_arn = aws_dynamodb_table.this.stream_arn

  starting_position                  = each.value.startingPosition
  batch_size                         = each.value.batchSize
  maximum_batching_window_in_seconds = each.value.maximumBatchingWindowInSeconds
  parallelization_factor             = each.value.parallelizationFactor
  maximum_retry_attempts             = each.value.maximumRetryAttempts
  maximum_record_age_in_seconds      = each.value.maximumRecordAgeInSeconds
  bisect_batch_on_function_error     = each.value.bisectBatchOnFunctionError
  function_response_types            = each.value.reportBatchItemFailures ? ["ReportBatchItemFailures"] : []

  filter_criteria {
    dynamic "filter" {
      for_each = each.value.filters

      content {
        pattern = jsonencode(filter.value)
      }
    }
  }

  # S3 is the only kind of destination that receives the records themselves. Others receive sequence numbers, with which
  # the records can be read from the stream for one day only.
  destination_config {
    on_failure {
      destination_arn = module.failures_bucket[each.key].arn
    }
  }

  metrics_config {
    metrics = ["EventCount"]
  }

  # When the mapping is created, Lambda checks that the role may read the stream and write to the destination.
  depends_on = [aws_iam_role_policy.function, module.failures_bucket]
}

module "failures_bucket" {
  source   = "./modules/private-bucket"
  for_each = local.failures_buckets

  name          = each.value
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_lifecycle_configuration" "failures" {
  for_each = local.failures_buckets

  bucket = module.failures_bucket[each.key].name

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.failure_retention_days
    }
  }
}
