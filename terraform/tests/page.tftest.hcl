# The page on S3 and CloudFront, without domains of its own: the page and the API must each know the other's address.
# Run by `npm run terraform:check`. To run it by hand, run `npm run build` and `npm run build:web` first.

mock_provider "aws" {
  source = "./tests/mocks"
}

mock_provider "aws" {
  alias  = "us_east_1"
  source = "./tests/mocks"
}

variables {
  jwks_url        = "https://login.example.com/.well-known/jwks.json"
  jwt_issuer      = "https://login.example.com/"
  jwt_audience    = "tabletalk"
  allowed_origins = []
  page            = {}
}

run "hosts_the_page" {
  assert {
    condition     = output.page_url == "https://d0000000000000.cloudfront.net"
    error_message = "Without a domain of its own, the page is where CloudFront has put it."
  }

  assert {
    condition = (
      aws_lambda_function.this["connect"].environment[0].variables.ALLOWED_ORIGINS == "https://d0000000000000.cloudfront.net" &&
      one(aws_s3_bucket_cors_configuration.files.cors_rule).allowed_origins == toset(["https://d0000000000000.cloudfront.net"])
    )
    error_message = "The page must be let in."
  }

  assert {
    condition     = output.connections_endpoint == "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
    error_message = "Connections are posted to on the API's own endpoint."
  }
}

run "shows_the_page_to_nobody_but_the_distribution" {
  module {
    source = "./modules/page"
  }

  variables {
    bucket_name      = "tabletalk-page"
    force_destroy    = false
    build_dir        = "../dist/web"
    websocket_url    = "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
    websocket_origin = "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
    files_origin     = "https://files.s3.us-east-1.amazonaws.com"
    sign_in          = { kind = "token" }
    image_origins    = []
    domain_name      = null
    certificate_arn  = null
    hosted_zone_id   = null
    web_acl_arn      = null
  }

  assert {
    condition     = module.bucket.name == "tabletalk-page"
    error_message = "The page has no bucket."
  }

  assert {
    condition = [
      for statement in module.bucket.policy.Statement : statement.Principal.Service == "cloudfront.amazonaws.com" && statement.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudfront::123456789012:distribution/E0000000000000"
      if statement.Effect == "Allow"
    ] == [true]
    error_message = "Only this distribution reads the bucket."
  }

  assert {
    condition     = jsondecode(aws_s3_object.config.content) == { url = "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod", signIn = { kind = "token" }, imageOrigins = [] }
    error_message = "The page doesn't know where to connect."
  }

  assert {
    condition     = strcontains(local.content_security_policy, "connect-src 'self' wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com https://files.s3.us-east-1.amazonaws.com;")
    error_message = "The page may connect to the API and the bucket, and to nothing else."
  }
}

run "refuses_a_page_that_cannot_work" {
  command = plan

  variables {
    page = {
      build_dir   = "nowhere"
      sign_in     = { kind = "tokenUrl", url = "http://login.example.com" }
      domain_name = "chat.example.com"
    }
  }

  expect_failures = [var.page]
}
