terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # `npm run terraform:check` runs with 5.100, and nothing is used that version 6 has removed.
      version = ">= 5.100, < 7.0"
    }
  }
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
