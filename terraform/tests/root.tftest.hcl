# The root around the module: what it adds.

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
  allowed_origins = ["https://chat.example.com"]
}

run "hands_everything_on" {
  command = plan

  module {
    source = "./root"
  }

  variables {
    name = "chat"
    tags = { Team = "chat" }
  }

  assert {
    condition     = output.table_name == "chat" && local.tags == { Service = "chat", Team = "chat" }
    error_message = "The root and its module have other names or tags."
  }
}

run "refuses_what_is_no_region" {
  command = plan

  module {
    source = "./root"
  }

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}
