# Users of a Cognito user pool. Backends sign their requests with AWS credentials.

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
  issuer = "https://${aws_cognito_user_pool.this.endpoint}"
}

resource "aws_cognito_user_pool" "this" {
  name                     = "chat"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  deletion_protection      = "ACTIVE"
}

# The domain that issues tokens.
resource "aws_cognito_user_pool_domain" "this" {
  domain       = "example-chat"
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_user_pool_client" "page" {
  name                                 = "page"
  user_pool_id                         = aws_cognito_user_pool.this.id
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid"]
  callback_urls                        = ["https://www.example.com/signed-in"]
  supported_identity_providers         = ["COGNITO"]

  # A connection lasts at most 2 hours, and no longer than its token.
  access_token_validity = 2

  token_validity_units {
    access_token = "hours"
  }
}

module "chat" {
  source    = "../.."
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  jwks_url        = "${local.issuer}/.well-known/jwks.json"
  jwt_issuer      = local.issuer
  jwt_audience    = aws_cognito_user_pool_client.page.id
  allowed_origins = ["https://www.example.com"]

  # Cognito's scopes have the form `resource-server/name`, so they can't be `tabletalk:server`, which a backend's token
  # needs.
  server_api_auth = "iam"
}

output "websocket_url" {
  description = "URL to which clients connect, with an access token of the app client `page`."
  value       = module.chat.websocket_url
}
