terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

variable "region" {
  description = "AWS Region of all resources. Example: eu-central-1"
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "The Region must look like eu-central-1."
  }
}

variable "tags" {
  description = "Tags for every resource. Example: { Team = \"chat\" }"
  type        = map(string)
  default     = {}
}

locals {
  tags = merge({ Service = var.name }, var.tags)
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

# CloudFront looks for web ACLs and writes its logs there, wherever the stack is.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"

  default_tags {
    tags = local.tags
  }
}
