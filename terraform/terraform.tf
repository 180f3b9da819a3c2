terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # `npm run terraform:check` runs with 5.100, and nothing is used that version 6 has removed.
      version = ">= 5.100, < 7.0"
      # CloudFront looks for web ACLs and writes its logs in us-east-1, wherever the stack is.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
