# The bucket of Terraform's state. It is created once, before everything else, and its own state stays on the disk of
# whoever creates it. `environments/backend.tf` and `backend.hcl` then name the bucket.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

variable "bucket" {
  description = "Name of the bucket, unique in the world."
  type        = string
  default     = "example-terraform-state"
}

module "state" {
  source = "../../modules/private-bucket"

  name          = var.bucket
  force_destroy = false
}

# Keeps earlier versions of the state, in case it is overwritten by mistake.
resource "aws_s3_bucket_versioning" "state" {
  bucket = module.state.name

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = module.state.name

  rule {
    id     = "forget-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

output "bucket" {
  description = "Value of `bucket` in backend.hcl, and of `state_bucket` in ci-roles."
  value       = module.state.name
}
