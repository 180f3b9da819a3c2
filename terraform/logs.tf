variable "files_access_logs" {
  description = "Whether S3 logs each request for the files: when, from which address, which file, with what result. Not which user: links are signed by the functions. Kept for log_retention_days."
  type        = bool
  default     = true
}

# Server access logs instead of CloudTrail's data events: they cost only storage, and need no trail.
resource "aws_s3_bucket_logging" "files" {
  count = var.files_access_logs ? 1 : 0

  bucket        = module.files_bucket.name
  target_bucket = module.logs_bucket[0].name
  target_prefix = local.files_logs_prefix

  target_object_key_format {
    partitioned_prefix {
      partition_date_source = "EventTime"
    }
  }

  depends_on = [module.logs_bucket]
}

locals {
  logs_bucket       = "${var.name}-logs-${local.account_id}-${local.region}"
  logs_arn          = "arn:${local.partition}:s3:::${local.logs_bucket}"
  files_logs_prefix = "files/"
  page_access_logs  = try(var.page.access_logs, false)

  # S3's log delivery, only for the bucket of files.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
  files_log_statement = {
    Sid       = "LogsOfFiles"
    Effect    = "Allow"
    Principal = { Service = "logging.s3.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "${local.logs_arn}/${local.files_logs_prefix}*"
    Condition = {
      ArnLike      = { "aws:SourceArn" = local.files_arn }
      StringEquals = { "aws:SourceAccount" = local.account_id }
    }
  }

  # CloudFront's log delivery, from us-east-1, where its logs begin.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
  page_log_statement = {
    Sid       = "LogsOfPage"
    Effect    = "Allow"
    Principal = { Service = "delivery.logs.amazonaws.com" }
    Action    = "s3:PutObject"
    Resource  = "${local.logs_arn}/AWSLogs/${local.account_id}/CloudFront/*"
    Condition = {
      ArnLike = { "aws:SourceArn" = "arn:${local.partition}:logs:us-east-1:${local.account_id}:delivery-source:*" }
      StringEquals = {
        "aws:SourceAccount" = local.account_id
        "s3:x-amz-acl"      = "bucket-owner-full-control"
      }
    }
  }
}

module "logs_bucket" {
  source = "./modules/private-bucket"
  count  = var.files_access_logs || local.page_access_logs ? 1 : 0

  name          = local.logs_bucket
  force_destroy = !var.deletion_protection
  statements = concat(
    [for statement in [local.files_log_statement] : statement if var.files_access_logs],
    [for statement in [local.page_log_statement] : statement if local.page_access_logs],
  )
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  count = length(module.logs_bucket)

  bucket = module.logs_bucket[0].name

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# CloudFront's standard logs of version 2, because version 1 needs a bucket with access control lists. They are in
# us-east-1, whatever the bucket's Region.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
resource "aws_cloudwatch_log_delivery_source" "page" {
  provider = aws.us_east_1
  count    = local.page_access_logs ? 1 : 0

  name         = local.page_bucket
  log_type     = "ACCESS_LOGS"
  resource_arn = module.page[0].distribution_arn
}

resource "aws_cloudwatch_log_delivery_destination" "page" {
  provider = aws.us_east_1
  count    = local.page_access_logs ? 1 : 0

  name          = local.page_bucket
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = module.logs_bucket[0].arn
  }
}

resource "aws_cloudwatch_log_delivery" "page" {
  provider = aws.us_east_1
  count    = local.page_access_logs ? 1 : 0

  delivery_source_name     = aws_cloudwatch_log_delivery_source.page[0].name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.page[0].arn

  # Without query string, cookies and referrer, which could reveal who asked for what.
  record_fields = [
    "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status",
    "cs(User-Agent)", "x-edge-result-type", "x-edge-request-id", "cs-protocol", "time-taken", "ssl-protocol",
  ]
}
