module "files_bucket" {
  source = "./modules/private-bucket"

  name          = local.files_bucket
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

# A message names the version of its file that was verified. Any other use of its upload form creates another version.
resource "aws_s3_bucket_versioning" "files" {
  bucket = module.files_bucket.name

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_cors_configuration" "files" {
  bucket = module.files_bucket.name

  cors_rule {
    allowed_methods = ["GET", "HEAD", "POST"]
    allowed_origins = local.allowed_origins
    allowed_headers = ["*"]
    expose_headers  = ["ETag"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = module.files_bucket.name

  # Of noncurrent versions, too, only those that were never verified. A verified version belongs to its message forever,
  # even if the form was used again or an operator made a copy.
  rule {
    id     = "uploads-never-completed"
    status = "Enabled"

    filter {
      and {
        prefix = local.stack.bucket.pending.prefix
        tags   = { (local.stack.bucket.pending.tag.key) = local.stack.bucket.pending.tag.value }
      }
    }

    expiration {
      days = local.stack.bucket.pending.expireAfterDays
    }

    noncurrent_version_expiration {
      noncurrent_days = local.stack.bucket.pending.deleteNoncurrentAfterDays
    }
  }

  # A separate rule, because S3 allows no tag filter in a rule that aborts multipart uploads or removes delete markers.
  rule {
    id     = "multipart-uploads-never-completed"
    status = "Enabled"

    filter {}

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "exports"
    status = "Enabled"

    filter {
      prefix = local.stack.bucket.exports.prefix
    }

    expiration {
      days = local.stack.bucket.exports.expireAfterDays
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  dynamic "rule" {
    for_each = var.file_retention_days[*]

    content {
      id     = "forget"
      status = "Enabled"

      filter {
        prefix = local.object_created.prefix
      }

      expiration {
        days = rule.value
      }

      # Links are for versions, so a file can be downloaded until its version is gone.
      noncurrent_version_expiration {
        noncurrent_days = 7
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.files]
}

resource "aws_s3_bucket_notification" "files" {
  bucket = module.files_bucket.name

  lambda_function {
    lambda_function_arn = aws_lambda_alias.live[local.object_created.function].arn
    events              = local.object_created.events
    filter_prefix       = local.object_created.prefix
  }

  # The tag is removed when the file has become a message. Only then is its thumbnail made.
  dynamic "lambda_function" {
    for_each = var.thumbnails ? [local.thumbnails] : []

    content {
      lambda_function_arn = aws_lambda_alias.live[lambda_function.value.function].arn
      events              = lambda_function.value.events
      filter_prefix       = lambda_function.value.prefix
    }
  }

  depends_on = [aws_lambda_permission.bucket, aws_lambda_permission.thumbnails]
}

# With the account id, because a bucket's ARN doesn't contain it, and anybody may take the name of a deleted bucket.
resource "aws_lambda_permission" "bucket" {
  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_alias.live[local.object_created.function].function_name
  qualifier      = aws_lambda_alias.live[local.object_created.function].name
  principal      = "s3.amazonaws.com"
  source_arn     = local.files_arn
  source_account = local.account_id

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_permission" "thumbnails" {
  count = var.thumbnails ? 1 : 0

  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_alias.live[local.thumbnails.function].function_name
  qualifier      = aws_lambda_alias.live[local.thumbnails.function].name
  principal      = "s3.amazonaws.com"
  source_arn     = local.files_arn
  source_account = local.account_id

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}

# Receives the events for which the function failed three times, with the error. The function can be invoked with them
# again.
resource "aws_sqs_queue" "dead_letters" {
  name                      = local.dead_letter_queue
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [merge(local.queue_tls_only, { Resource = local.dead_letter_arn })]
  })
}

resource "aws_lambda_function_event_invoke_config" "object_created" {
  function_name                = aws_lambda_alias.live[local.object_created.function].function_name
  qualifier                    = aws_lambda_alias.live[local.object_created.function].name
  maximum_event_age_in_seconds = 21600
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }

  depends_on = [aws_iam_role_policy.function]
}
