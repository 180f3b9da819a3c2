# The archive of what the functions and the API log: CloudWatch Logs → Firehose → S3. Nothing of it exists unless it is
# enabled.

variable "log_archive" {
  description = "Archives in S3, by day and compressed, all that the functions and the API log, for longer than log_retention_days (docs/operations.md, Log archive); null for no archive. keep_days: how long. bucket_arn: a bucket of your own in place of one of the stack, with a lifecycle of your own. Example: { keep_days = 730 }"
  type = object({
    keep_days  = optional(number, 365)
    bucket_arn = optional(string)
  })
  default = null

  validation {
    condition     = var.log_archive == null || try(var.log_archive.keep_days >= 1 && floor(var.log_archive.keep_days) == var.log_archive.keep_days, false)
    error_message = "Logs are archived for a whole number of days, at least 1."
  }

  validation {
    condition     = try(var.log_archive.bucket_arn, null) == null || can(regex("^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.log_archive.bucket_arn))
    error_message = "This is not the ARN of a bucket."
  }
}

locals {
  archives_logs      = var.log_archive != null
  owns_archive       = local.archives_logs && try(var.log_archive.bucket_arn, null) == null
  archive_stream     = "${var.name}-logs"
  archive_stream_arn = "arn:${local.partition}:firehose:${local.region}:${local.account_id}:deliverystream/${local.archive_stream}"
  archive_bucket     = "${var.name}-log-archive-${local.account_id}-${local.region}"
  archive_arn        = try(coalesce(var.log_archive.bucket_arn), "arn:${local.partition}:s3:::${local.archive_bucket}")
  # With the stack's name, because stacks may share a bucket.
  archive_prefix = "${var.name}/"
  # Not one of the groups that are archived: an error about the archive would cause the next one.
  archive_log_group = "/aws/kinesisfirehose/${local.archive_stream}"
}

module "log_archive_bucket" {
  source = "./modules/private-bucket"
  count  = local.owns_archive ? 1 : 0

  name          = local.archive_bucket
  kms_key_arn   = var.kms_key_arn
  force_destroy = !var.deletion_protection
}

resource "aws_s3_bucket_lifecycle_configuration" "log_archive" {
  count = length(module.log_archive_bucket)

  bucket = module.log_archive_bucket[0].name

  rule {
    id     = "forget"
    status = "Enabled"

    filter {}

    expiration {
      days = var.log_archive.keep_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# CloudWatch Logs sends gzip with many lines in one JSON object. Firehose unpacks it, ends each object with a line break,
# without which Athena would see only the first one of a file, and compresses whole files, which makes them smaller.
# https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
resource "aws_kinesis_firehose_delivery_stream" "log_archive" {
  count = local.archives_logs ? 1 : 0

  name        = local.archive_stream
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = var.kms_key_arn == null ? "AWS_OWNED_CMK" : "CUSTOMER_MANAGED_CMK"
    key_arn  = var.kms_key_arn
  }

  extended_s3_configuration {
    role_arn            = aws_iam_role.log_archive["firehose"].arn
    bucket_arn          = local.owns_archive ? module.log_archive_bucket[0].arn : local.archive_arn
    prefix              = "${local.archive_prefix}logs/day=!{timestamp:yyyy-MM-dd}/"
    error_output_prefix = "${local.archive_prefix}errors/day=!{timestamp:yyyy-MM-dd}/!{firehose:error-output-type}/"
    compression_format  = "GZIP"
    file_extension      = ".json.gz"
    # The most that Firehose waits for, so that files are few and large.
    buffering_interval = 900
    buffering_size     = 128

    processing_configuration {
      enabled = true

      processors {
        type = "Decompression"

        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }

      processors {
        type = "AppendDelimiterToRecord"
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.log_archive[0].name
      log_stream_name = aws_cloudwatch_log_stream.log_archive[0].name
    }
  }

  # Firehose fails if its role lacks a right.
  depends_on = [aws_iam_role_policy.log_archive]
}

resource "aws_cloudwatch_log_group" "log_archive" {
  count = local.archives_logs ? 1 : 0

  name              = local.archive_log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_stream" "log_archive" {
  count = local.archives_logs ? 1 : 0

  name           = "delivery"
  log_group_name = aws_cloudwatch_log_group.log_archive[0].name
}

# A log group takes two subscription filters. This is one.
resource "aws_cloudwatch_log_subscription_filter" "log_archive" {
  for_each = toset([
    for group in concat(values(aws_cloudwatch_log_group.function), aws_cloudwatch_log_group.access) : group.name
    if local.archives_logs
  ])

  name            = local.archive_stream
  log_group_name  = each.value
  filter_pattern  = ""
  destination_arn = aws_kinesis_firehose_delivery_stream.log_archive[0].arn
  role_arn        = aws_iam_role.log_archive["logs"].arn

  # CloudWatch Logs sends a test message when the filter is made.
  depends_on = [aws_iam_role_policy.log_archive]
}

locals {
  # The two roles, by the service that assumes them, each for this account only.
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
  # https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
  archive_roles = { for service, role in {
    logs = {
      name      = "log-subscription"
      condition = { StringLike = { "aws:SourceArn" = "arn:${local.partition}:logs:${local.region}:${local.account_id}:*" } }
      statements = [{
        Sid      = "Archive"
        Effect   = "Allow"
        Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
        Resource = [local.archive_stream_arn]
      }]
    }
    firehose = {
      name      = "log-archive"
      condition = { StringEquals = { "sts:ExternalId" = local.account_id } }
      statements = concat(
        [
          {
            Sid      = "Files"
            Effect   = "Allow"
            Action   = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
            Resource = ["${local.archive_arn}/${local.archive_prefix}*"]
          },
          {
            Sid      = "Bucket"
            Effect   = "Allow"
            Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
            Resource = [local.archive_arn]
          },
          {
            Sid      = "Log"
            Effect   = "Allow"
            Action   = ["logs:PutLogEvents"]
            Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${local.archive_log_group}:log-stream:*"]
          },
        ],
        [for key in var.kms_key_arn[*] : {
          Sid       = "Key"
          Effect    = "Allow"
          Action    = local.key_grant.actions
          Resource  = [key]
          Condition = { StringEquals = { "kms:ViaService" = ["s3.${local.region}.${data.aws_partition.current.dns_suffix}"] } }
        }],
      )
    }
  } : service => role if local.archives_logs }
}

resource "aws_iam_role" "log_archive" {
  for_each = local.archive_roles

  name                 = "${var.name}-${each.value.name}-${local.region}"
  path                 = var.iam_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "${each.key}.amazonaws.com" }
      Condition = each.value.condition
    }]
  })
}

resource "aws_iam_role_policy" "log_archive" {
  for_each = local.archive_roles

  name   = "archive"
  role   = aws_iam_role.log_archive[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

output "log_archive" {
  description = "Where the logs are archived: `bucket_arn`, `prefix` of the files, and `stream_arn` of the Firehose stream; null without `log_archive`."
  value = one([
    for stream in aws_kinesis_firehose_delivery_stream.log_archive : {
      bucket_arn = local.archive_arn
      prefix     = "${local.archive_prefix}logs/"
      stream_arn = stream.arn
    }
  ])
}
