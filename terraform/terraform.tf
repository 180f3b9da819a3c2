terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # `npm run terraform:check` runs with 5.100. The stack uses nothing that version 6 has removed.
      version = ">= 5.100, < 7.0"
      # CloudFront looks for web ACLs and writes its logs in us-east-1, whatever the stack's Region.
      configuration_aliases = [aws.us_east_1]
    }
  }
}
