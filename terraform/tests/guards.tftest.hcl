# What limits the damage of a storm, an attack or a mistake: concurrency, ceilings, budget, web ACL, access logs.

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

run "guards_by_default" {
  assert {
    condition = {
      for name, function in aws_lambda_function.this : name => function.reserved_concurrent_executions
      if function.reserved_concurrent_executions != -1
    } == { streams = 100, authorizer = 50, janitor = 1 }
    error_message = "A storm of frames or connections would take what the stream function needs."
  }

  assert {
    condition     = [for throughput in aws_dynamodb_table.this.on_demand_throughput : [throughput.max_read_request_units, throughput.max_write_request_units]] == [[20000, 10000]]
    error_message = "The table's bill has no end."
  }

  assert {
    condition = toset([
      for name, function in aws_lambda_function.this : name if try(function.environment[0].variables.SEND_RATE_LIMIT, null) == "30/10"
    ]) == toset([for name, function in local.stack.functions : name if contains(try(function.settings, []), "SEND_RATE_LIMIT")])
    error_message = "A user may send as often as he likes."
  }

  assert {
    condition     = aws_s3_bucket_logging.files[0].target_prefix == "files/" && aws_s3_bucket_logging.files[0].target_bucket == "tabletalk-logs-123456789012-us-east-1"
    error_message = "Nobody could say who downloaded what."
  }

  assert {
    condition     = length(aws_budgets_budget.this) + length(aws_ce_anomaly_monitor.this) + length(aws_wafv2_web_acl.page) + length(aws_cloudwatch_log_delivery.page) == 0
    error_message = "No budget without an address, no web ACL and no logs of the page without a page."
  }
}

run "reserves_nothing_in_a_new_account" {
  command = plan

  override_data {
    target = data.aws_servicequotas_service_quota.concurrency[0]
    values = { value = 10 }
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions == -1])
    error_message = "AWS refuses reservations in an account of 10."
  }

  expect_failures = [check.reserved_concurrency]
}

run "leaves_100_executions_to_the_others" {
  command = plan

  variables {
    account_concurrency  = 250
    reserved_concurrency = { streams = 150 }
  }

  assert {
    condition     = aws_lambda_function.this["streams"].reserved_concurrent_executions == 150 && length(data.aws_servicequotas_service_quota.concurrency) == 0
    error_message = "With the quota given, nobody has to be asked for it."
  }
}

run "can_do_without" {
  command = plan

  variables {
    reserved_concurrency  = {}
    table_max_read_units  = null
    table_max_write_units = null
    send_rate_limit       = null
    route_throttling      = {}
    files_access_logs     = false
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.reserved_concurrent_executions == -1]) && length(data.aws_servicequotas_service_quota.concurrency) == 0
    error_message = "Nothing is reserved, and no quota asked for."
  }

  assert {
    condition     = !can(aws_lambda_function.this["sendMessage"].environment[0].variables.SEND_RATE_LIMIT)
    error_message = "Sends are not counted."
  }

  assert {
    condition     = [for route in aws_apigatewayv2_stage.this.route_settings : route.route_key] == ["$connect"]
    error_message = "Only new connections are throttled by a rate of their own."
  }

  assert {
    condition     = length(aws_s3_bucket_logging.files) + length(module.logs_bucket) == 0
    error_message = "Without logs there is no bucket for them."
  }
}

run "tells_of_costs" {
  command = plan

  variables {
    budget = { monthly_usd = 200, emails = ["ops@example.com"], topic_arn = "arn:aws:sns:us-east-1:123456789012:costs", only_this_stack = true }
  }

  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "200" && aws_budgets_budget.this[0].name == "tabletalk-us-east-1"
    error_message = "Another budget."
  }

  assert {
    condition = toset([for notification in aws_budgets_budget.this[0].notification : join(" ", [notification.notification_type, notification.threshold])]) == toset(["ACTUAL 80", "ACTUAL 100", "FORECASTED 100"]) && alltrue([
      for notification in aws_budgets_budget.this[0].notification :
      notification.subscriber_email_addresses == toset(["ops@example.com"]) && notification.subscriber_sns_topic_arns == toset(["arn:aws:sns:us-east-1:123456789012:costs"])
    ])
    error_message = "A threshold tells nobody."
  }

  assert {
    condition     = [for filter in aws_budgets_budget.this[0].cost_filter : [filter.name, one(filter.values)]] == [["TagKeyValue", "user:Service$tabletalk"]]
    error_message = "Other costs than the stack's are counted."
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.this) + length(aws_ce_anomaly_subscription.this) == 0
    error_message = "Nobody asked for anomalies."
  }
}

run "tells_of_anomalies" {
  command = plan

  variables {
    budget = { monthly_usd = 200, anomaly_usd = 20, emails = ["ops@example.com"], topic_arn = "arn:aws:sns:us-east-1:123456789012:costs" }
  }

  assert {
    condition     = jsondecode(aws_ce_anomaly_monitor.this[0].monitor_specification).Tags == { Key = "Service", MatchOptions = null, Values = ["tabletalk"] }
    error_message = "Other costs than the stack's are looked at."
  }

  assert {
    condition = {
      for kind, one in aws_ce_anomaly_subscription.this :
      kind => [one.frequency, one(one.subscriber).type, one(one.subscriber).address, one(one.threshold_expression[0].dimension[0].values)]
      } == {
      topic  = ["IMMEDIATE", "SNS", "arn:aws:sns:us-east-1:123456789012:costs", "20"]
      emails = ["DAILY", "EMAIL", "ops@example.com", "20"]
    }
    error_message = "AWS sends each anomaly to topics only, and a day's to addresses."
  }
}

run "guards_the_page" {
  variables {
    page = { waf = { requests_per_5_minutes = 500 } }
  }

  assert {
    condition     = aws_wafv2_web_acl.page[0].scope == "CLOUDFRONT" && local.web_acl_arn == "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mocked/mocked"
    error_message = "The distribution's web ACL is one for CloudFront."
  }

  assert {
    condition = toset(flatten([
      for rule in aws_wafv2_web_acl.page[0].rule : [
        for statement in rule.statement : concat(
          [for rate in statement.rate_based_statement : "${rate.aggregate_key_type} ${rate.limit}"],
          [for group in statement.managed_rule_group_statement : group.name],
        )
      ]
    ])) == toset(["IP 500", "AWSManagedRulesCommonRuleSet"])
    error_message = "A rule is missing."
  }

  assert {
    condition = (
      aws_cloudwatch_log_delivery_source.page[0].resource_arn == "arn:aws:cloudfront::123456789012:distribution/E0000000000000" &&
      length(setintersection(aws_cloudwatch_log_delivery.page[0].record_fields, ["cs-uri-query", "cs(Cookie)", "cs(Referer)"])) == 0
    )
    error_message = "CloudFront logs each request, without query and cookies."
  }
}

run "takes_a_web_acl_of_ones_own_and_leaves_out_logs" {
  command = plan

  variables {
    files_access_logs = false
    page = {
      access_logs = false
      waf         = { web_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/company/a1b2" }
    }
  }

  assert {
    condition     = local.web_acl_arn == "arn:aws:wafv2:us-east-1:123456789012:global/webacl/company/a1b2" && length(aws_wafv2_web_acl.page) == 0
    error_message = "The distribution's web ACL is another."
  }

  assert {
    condition     = length(aws_cloudwatch_log_delivery.page) + length(module.logs_bucket) == 0
    error_message = "Nothing is logged, and there is no bucket for it."
  }
}

run "refuses_a_web_acl_of_another_region" {
  command = plan

  variables {
    page = { waf = { web_acl_arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/company/a1b2" } }
  }

  expect_failures = [var.page]
}

run "refuses_a_budget_that_tells_nobody" {
  command = plan

  variables {
    budget = { monthly_usd = 200 }
  }

  expect_failures = [var.budget]
}
