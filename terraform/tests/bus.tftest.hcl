# The event bus and webhooks, which are off by default. Run by `npm run terraform:check`. To run it by hand, run `npm
# run build` first.

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

run "has_nothing_of_it_unless_asked" {
  command = plan

  assert {
    condition = (
      length(aws_cloudwatch_event_bus.this) == 0 && length(aws_sqs_queue.webhook) == 0 &&
      !contains(keys(aws_lambda_function.this), "webhooks") &&
      !contains(keys(aws_lambda_function.this["followups"].environment[0].variables), "EVENTS_BUS") &&
      length([for grant in local.grants["followups"] : grant if grant.sid == "Bus"]) == 0 &&
      aws_lambda_event_source_mapping.reader["followups"].filter_criteria[0].filter == toset([for one in local.stack.followups.filters : { pattern = jsonencode(one) }])
    )
    error_message = "Without events_bus nothing is put, and nothing may put."
  }
}

run "tells_the_bus" {
  command = plan

  variables {
    events_bus    = true
    push          = true
    push_previews = true
  }

  assert {
    condition = (
      aws_cloudwatch_event_bus.this[0].name == "tabletalk" &&
      aws_lambda_function.this["followups"].environment[0].variables.EVENTS_BUS == "tabletalk" &&
      aws_lambda_function.this["followups"].environment[0].variables.PUSH == "previews" &&
      [for grant in local.grants["followups"] : grant.resources if grant.sid == "Bus"] == [[local.bus_arn]] &&
      aws_lambda_event_source_mapping.reader["followups"].filter_criteria[0].filter == toset([for one in local.stack.bus.filters : { pattern = jsonencode(one) }])
    )
    error_message = "The follow-ups read what the bus is told of, and may put it there and nowhere else."
  }
}

run "posts_to_webhooks" {
  command = plan

  variables {
    events_bus  = true
    kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    webhooks = [
      { url = "https://a.example.com/", secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a" },
      { url = "https://b.example.com/", events = ["message.sent"], secret_arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:b" },
    ]
  }

  assert {
    condition = (
      length(aws_lambda_event_source_mapping.webhook) == 2 && length(aws_sqs_queue.webhook_dead_letters) == 2 &&
      sort([for rule in aws_cloudwatch_event_rule.webhook : rule.event_pattern]) == sort([
        jsonencode({ source = ["tabletalk"] }), jsonencode({ source = ["tabletalk"], "detail-type" = ["message.sent"] })
      ])
    )
    error_message = "Each webhook has a rule, a queue with a mapping, and a queue of dead letters."
  }

  assert {
    condition     = alltrue([for mapping in aws_lambda_event_source_mapping.webhook : mapping.scaling_config[0].maximum_concurrency == 5])
    error_message = "A URL that hangs takes the account's concurrency."
  }

  assert {
    condition = (
      sort([for one in values(jsondecode(aws_lambda_function.this["webhooks"].environment[0].variables.WEBHOOKS)) : one.url]) ==
      tolist(["https://a.example.com/", "https://b.example.com/"]) &&
      [for grant in local.grants["webhooks"] : grant.sid] == ["Log", "Webhooks", "Secrets", "SecretsKey", "Key"] &&
      length([for key, _ in local.alarms : key if endswith(key, "-dead-letters")]) == 2
    )
    error_message = "The function knows the webhooks, may receive from their queues and read their secrets, and nothing else."
  }
}
