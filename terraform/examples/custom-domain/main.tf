# The API and the page on domains of their own, with certificates that renew themselves.

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

data "aws_route53_zone" "this" {
  name = "example.com"
}

resource "aws_acm_certificate" "api" {
  domain_name       = "chat-api.example.com"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

# CloudFront looks for certificates in us-east-1.
resource "aws_acm_certificate" "page" {
  provider = aws.us_east_1

  domain_name       = "chat.example.com"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  for_each = {
    api  = one(aws_acm_certificate.api.domain_validation_options)
    page = one(aws_acm_certificate.page.domain_validation_options)
  }

  zone_id = data.aws_route53_zone.this.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  records = [each.value.resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "api" {
  certificate_arn         = aws_acm_certificate.api.arn
  validation_record_fqdns = [aws_route53_record.proof["api"].fqdn]
}

resource "aws_acm_certificate_validation" "page" {
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.page.arn
  validation_record_fqdns = [aws_route53_record.proof["page"].fqdn]
}

module "chat" {
  source    = "../.."
  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }

  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "chat"
  allowed_origins = []

  domain_name     = "chat-api.example.com"
  certificate_arn = aws_acm_certificate_validation.api.certificate_arn
  hosted_zone_id  = data.aws_route53_zone.this.zone_id
  ip_address_type = "dualstack"

  page = {
    sign_in         = { kind = "tokenUrl", url = "https://login.example.com/chat-token" }
    domain_name     = "chat.example.com"
    certificate_arn = aws_acm_certificate_validation.page.certificate_arn
    hosted_zone_id  = data.aws_route53_zone.this.zone_id
  }
}

output "page_url" {
  description = "URL of the page."
  value       = module.chat.page_url
}

output "websocket_url" {
  description = "URL to which clients connect."
  value       = module.chat.websocket_url
}
