variable "repository" {
  description = "The repository on GitHub whose workflows may use the roles. Example: example-org/tabletalk"
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "The repository is owner/name, without a wildcard."
  }
}

variable "state_bucket" {
  description = "Bucket of Terraform's state."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "This is not the name of a bucket."
  }
}

variable "state_key" {
  description = "Key of the state in the bucket, as deploy.yml has it."
  type        = string
  default     = "tabletalk.tfstate"

  validation {
    condition     = can(regex("^[^*?]+$", var.state_key))
    error_message = "The key must not be empty, nor have a wildcard."
  }
}

variable "name" {
  description = "The stack's variable `name`."
  type        = string
  default     = "tabletalk"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,17}$", var.name))
    error_message = "The name is that of the stack: 3 to 18 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "The stack's Region."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The Region must look like eu-central-1."
  }
}

variable "iam_path" {
  description = "The stack's variable `iam_path`."
  type        = string
  default     = "/"

  validation {
    condition     = can(regex("^/([^*?]{1,510}/)?$", var.iam_path))
    error_message = "A path begins and ends with a slash, and has no wildcard."
  }
}

variable "kms_key_arn" {
  description = "The stack's variable `kms_key_arn`; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-z-]+$", var.kms_key_arn))
    error_message = "This is not the ARN of a KMS key; an alias is not enough."
  }
}

variable "permissions_boundary_arn" {
  description = "The stack's variable `permissions_boundary_arn`; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/[^*?]+$", var.permissions_boundary_arn))
    error_message = "This is not the ARN of an IAM policy."
  }
}

variable "plan_environments" {
  description = "Environments of the repository whose jobs may plan."
  type        = list(string)
  default     = ["plan", "plan-main"]

  validation {
    condition     = length(var.plan_environments) > 0 && alltrue([for environment in var.plan_environments : can(regex("^[^*?:]+$", environment))])
    error_message = "Name at least one environment, without a wildcard."
  }
}

variable "deploy_environment" {
  description = "Environment of the repository whose jobs may deploy; it has required reviewers."
  type        = string
  default     = "production"

  validation {
    condition     = can(regex("^[^*?:]+$", var.deploy_environment))
    error_message = "The environment must not be empty, nor have a wildcard."
  }
}

variable "oidc_provider_arn" {
  description = "ARN of the account's OIDC provider for GitHub, which it has once; null to create it."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_provider_arn == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "This is not the ARN of an OIDC provider for GitHub."
  }
}
