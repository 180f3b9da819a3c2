variable "kms_key_arn" {
  description = "ARN of a customer-managed KMS key, in the stack's Region, that encrypts the table, the files, failed records, the queue and the logs; null for keys that AWS owns and doesn't charge for. Its policy must let the account's roles use it, and logs.<region>.amazonaws.com for the log groups, and events.amazonaws.com where there are webhooks. Logs of requests stay with S3's own keys, which is all that S3 writes them with."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.kms_key_arn))
    error_message = "This is not the ARN of a KMS key; an alias is not enough."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the IAM policy that limits every role of the stack, where an organization demands one; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/", var.permissions_boundary_arn))
    error_message = "This is not the ARN of an IAM policy."
  }
}

variable "iam_path" {
  description = "Path of the stack's roles. Example: /apps/"
  type        = string
  default     = "/"

  validation {
    condition     = can(regex("^/([!-~]{1,510}/)?$", var.iam_path))
    error_message = "A path begins and ends with a slash."
  }
}

locals {
  # Services may use the key only for a function that may use it.
  # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
  key_grant = {
    sid       = "Key"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = var.kms_key_arn[*]
    condition = {
      StringEquals = { "kms:ViaService" = [for service in ["dynamodb", "s3", "sqs"] : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"] }
    }
  }
}
