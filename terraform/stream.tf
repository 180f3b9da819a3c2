resource "aws_lambda_event_source_mapping" "stream" {
  function_name    = aws_lambda_function.this[local.stream.function].arn
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

  # S3, of all destinations, is given the records themselves and not only their numbers, which the stream forgets in a day.
  destination_config {
    on_failure {
      destination_arn = aws_s3_bucket.failures.arn
    }
  }

  metrics_config {
    metrics = ["EventCount"]
  }

  # Lambda looks whether the role may read the stream and write the destination when the mapping is made.
  depends_on = [aws_iam_role_policy.function, aws_s3_bucket_policy.failures]
}

resource "aws_s3_bucket" "failures" {
  bucket        = local.failures_bucket
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_public_access_block" "failures" {
  bucket                  = aws_s3_bucket.failures.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "failures" {
  bucket = aws_s3_bucket.failures.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "failures" {
  bucket = aws_s3_bucket.failures.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_policy" "failures" {
  bucket = aws_s3_bucket.failures.id
  policy = jsonencode(local.tls_only[local.failures_arn])

  # A policy put while the block is being put is refused now and then.
  depends_on = [aws_s3_bucket_public_access_block.failures]
}

resource "aws_s3_bucket_lifecycle_configuration" "failures" {
  bucket = aws_s3_bucket.failures.id

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.failure_retention_days
    }
  }
}
