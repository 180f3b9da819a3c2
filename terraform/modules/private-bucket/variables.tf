variable "name" {
  description = "Name of the bucket, unique in the world."
  type        = string
}

variable "force_destroy" {
  description = "Whether the bucket can be destroyed while there are objects in it."
  type        = bool
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts objects; null for S3's own keys."
  type        = string
  default     = null
}

variable "statements" {
  description = "Statements of the bucket's policy in addition to the one that requires TLS."
  type        = list(any)
  default     = []
}
