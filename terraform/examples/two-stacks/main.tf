# Two environments in one root. Each has a module, a name and settings of its own, and both share one state.

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

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

locals {
  environments = {
    production = { origin = "https://www.example.com", protected = true, write_units = 10000 }
    staging    = { origin = "https://staging.example.com", protected = false, write_units = 1000 }
  }
}

module "chat" {
  # From another repository: git::https://github.com/example-org/tabletalk.git//terraform?ref=v1.0.0, with build_dir.
  source    = "../.."
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }
  for_each  = local.environments

  name            = "chat-${each.key}"
  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "chat-${each.key}"
  allowed_origins = [each.value.origin]
  alarm_topic_arn = aws_sns_topic.oncall.arn

  deletion_protection   = each.value.protected
  table_max_write_units = each.value.write_units

  # Only one stack of the Region sets the role with which API Gateway writes logs.
  api_gateway_account = each.key == "production"
  # Together, the two stacks must leave the account 100 executions.
  reserved_concurrency = each.key == "production" ? { streams = 100, authorizer = 50, janitor = 1 } : {}
}

resource "aws_sns_topic" "oncall" {
  name = "chat-oncall"
}

# How another stack uses the outputs: a backend that may call the server API, if server_api_auth is `iam`.
data "aws_iam_policy_document" "backend" {
  for_each = module.chat

  statement {
    actions   = ["execute-api:Invoke"]
    resources = ["${each.value.server_api_execution_arn}/*/POST/v1/*"]
  }
}

output "websocket_urls" {
  description = "By environment, the URL to which clients connect."
  value       = { for environment, chat in module.chat : environment => chat.websocket_url }
}

output "backend_policies" {
  description = "By environment, the policy of a backend."
  value       = { for environment, document in data.aws_iam_policy_document.backend : environment => document.json }
}
