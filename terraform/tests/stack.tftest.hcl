# What is deployed is what stack.json describes. Run by `npm run terraform:check`. To run it by hand, run `npm run
# build` first.

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

run "deploys_the_stack" {
  assert {
    condition     = toset(keys(aws_lambda_function.this)) == toset(keys(local.stack.functions))
    error_message = "The functions are not those of stack.json."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.runtime == "nodejs22.x"])
    error_message = "A function has another runtime than the default of the variable."
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_integration.this)) == toset([for route in local.stack.routes : route.function])
    error_message = "Each function behind the API has one integration, which its routes share."
  }

  assert {
    condition = alltrue([
      for key, route in local.stack.routes :
      aws_apigatewayv2_route.this[key].target == "integrations/${aws_apigatewayv2_integration.this[route.function].id}"
    ])
    error_message = "A route calls another function than stack.json says."
  }

  assert {
    condition     = toset([for route in aws_apigatewayv2_route.this : route.route_key]) == toset(keys(local.stack.routes))
    error_message = "The routes are not those of stack.json."
  }

  assert {
    condition     = toset(keys(aws_apigatewayv2_route_response.this)) == toset([for key, route in local.stack.routes : key if try(route.reply, false)])
    error_message = "A route that replies has no route response, or one has that does not reply."
  }

  assert {
    condition     = [for key, route in aws_apigatewayv2_route.this : key if route.authorization_type == "CUSTOM"] == ["$connect"]
    error_message = "The authorizer belongs on $connect, the only route that takes one, and nowhere else."
  }

  assert {
    condition     = toset(keys(aws_iam_role.function)) == toset(keys(local.stack.functions))
    error_message = "Every function has a role of its own."
  }

  assert {
    condition     = toset(keys(aws_iam_role_policy.connections)) == toset(["objectCreated", "streams"])
    error_message = "Only the stream function and the upload function may post to connections."
  }

  assert {
    condition = (
      aws_apigatewayv2_route.server.route_key == local.stack.serverApi.route &&
      aws_apigatewayv2_route.server.authorization_type == "CUSTOM" &&
      aws_apigatewayv2_route.server.authorizer_id == aws_apigatewayv2_authorizer.server[0].id &&
      aws_apigatewayv2_authorizer.server[0].enable_simple_responses &&
      aws_apigatewayv2_authorizer.server[0].identity_sources == toset(["$request.header.Authorization"]) &&
      aws_apigatewayv2_authorizer.server[0].authorizer_result_ttl_in_seconds == 300
    )
    error_message = "The server API must ask its authorizer, which is called with the token only."
  }

  assert {
    condition = [for name in ["rooms", "sendMessage", "sync", "server"] : [
      for setting in ["DEFAULT_ROOM_ACCESS", "CHOSEN_ROOM_IDS", "ROOM_CREATION", "DIRECT_MESSAGES"] :
      aws_lambda_function.this[name].environment[0].variables[setting]
    ]] == [for name in range(4) : ["private", "server", "anyone", "anyone"]]
    error_message = "What users may do about rooms is not the safe default, or not the same for all."
  }

  assert {
    condition = [
      for name in ["sync", "reads", "server"] : aws_lambda_function.this[name].environment[0].variables["PROFILES"]
    ] == ["token", "token", "token"]
    error_message = "What users are called is not what their tokens say, or not the same for all."
  }

  assert {
    condition = alltrue([
      for name, policy in aws_iam_role_policy.connections :
      jsondecode(policy.policy).Statement[0].Resource == [
        for method in(name == "streams" ? ["POST", "DELETE"] : ["POST"]) :
        "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/${method}/@connections/*"
      ]
    ])
    error_message = "They may post on this API's stage only, and the stream function close."
  }

  assert {
    condition = [
      for name, function in aws_lambda_function.this : name
      if can(function.environment[0].variables.CONNECTIONS_ENDPOINT)
    ] == ["objectCreated", "streams"]
    error_message = "Only those that may post know where to."
  }

  assert {
    condition     = aws_lambda_function.this["streams"].environment[0].variables.CONNECTIONS_ENDPOINT == "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
    error_message = "Posts go to the API's own endpoint."
  }

  assert {
    condition = (
      aws_lambda_function.this["streams"].environment[0].variables.POWERTOOLS_METRICS_NAMESPACE == aws_cloudwatch_metric_alarm.this["posts-throttled"].namespace &&
      strcontains(aws_cloudwatch_dashboard.this.dashboard_body, jsonencode(["Tabletalk/tabletalk", "PostsDelivered", "service", "fan-out"]))
    )
    error_message = "Alarm and dashboard look at other metrics than the stream function counts."
  }

  assert {
    condition = [
      for name, function in aws_lambda_function.this : [name, function.environment[0].variables.STREAM_WINDOW_MS]
      if can(function.environment[0].variables.STREAM_WINDOW_MS)
    ] == [["streams", tostring(local.stack.stream.window.milliseconds)]]
    error_message = "The stream function, and no other, is told the window of stack.json."
  }

  assert {
    condition = toset([
      for filter in one(aws_lambda_event_source_mapping.reader["stream"].filter_criteria).filter : filter.pattern
    ]) == toset([for filter in local.stack.stream.filters : jsonencode(filter)])
    error_message = "The stream's filters are not those of stack.json."
  }

  assert {
    condition = toset([
      for filter in one(aws_lambda_event_source_mapping.reader["followups"].filter_criteria).filter : filter.pattern
    ]) == toset([for filter in local.stack.followups.filters : jsonencode(filter)])
    error_message = "The filters of the follow-ups are not those of stack.json."
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.reader["stream"].bisect_batch_on_function_error &&
      contains(aws_lambda_event_source_mapping.reader["stream"].function_response_types, "ReportBatchItemFailures") &&
      aws_lambda_event_source_mapping.reader["stream"].maximum_retry_attempts >= 0 &&
      aws_lambda_event_source_mapping.reader["stream"].maximum_record_age_in_seconds >= 60
    )
    error_message = "A record that can't be worked off would block its shard for a day."
  }

  assert {
    condition = {
      for name, rule in aws_cloudwatch_event_rule.this : name => [rule.schedule_expression, aws_cloudwatch_event_target.this[name].arn == aws_lambda_alias.live[local.stack.schedules[name].function].arn]
    } == { janitor = ["rate(5 minutes)", true] }
    error_message = "The schedules are not those of stack.json."
  }

  assert {
    condition     = alltrue([for config in aws_lambda_function_event_invoke_config.schedule : config.maximum_retry_attempts == 0])
    error_message = "What the clock calls would be called again before its next turn."
  }

  assert {
    condition = {
      for route in aws_apigatewayv2_stage.this.route_settings : route.route_key => [route.throttling_rate_limit, route.throttling_burst_limit]
      } == merge(
      { "$connect" = [70, 200] },
      { for route_key, throttle in var.route_throttling : route_key => [throttle.rate, throttle.burst] },
    ) && var.route_throttling.createRoom.rate == 10
    error_message = "Connections, the frequent routes and those that write most for one frame have rates of their own."
  }

  assert {
    condition     = output.websocket_url == aws_apigatewayv2_stage.this.invoke_url
    error_message = "Without a domain of its own, the API is where AWS has put it."
  }

  assert {
    condition     = alltrue([for group in aws_cloudwatch_log_group.function : group.retention_in_days == 30])
    error_message = "Logs are kept for 30 days."
  }
}

run "raises_alarms_to_the_topic" {
  command = plan

  variables {
    alarm_topic_arn = "arn:aws:sns:us-east-1:123456789012:alarms"
  }

  assert {
    condition = length(setsubtract(
      ["iterator-age", "delivery-latency", "authorizer-errors", "server-api-errors", "execution-errors", "dead-letters", "janitor-errors", "posts-throttled", "sendMessage-throttled"],
      keys(aws_cloudwatch_metric_alarm.this),
    )) == 0 && toset(keys(aws_cloudwatch_metric_alarm.expression)) == toset(["stream-failures", "followup-failures", "table-throttled", "server-errors", "nothing-delivered"])
    error_message = "An alarm is missing."
  }

  assert {
    condition = alltrue([
      for alarm in concat(values(aws_cloudwatch_metric_alarm.this), values(aws_cloudwatch_metric_alarm.expression)) :
      alarm.alarm_actions == toset([var.alarm_topic_arn])
    ])
    error_message = "An alarm tells nobody."
  }
}

run "takes_a_domain_of_its_own" {
  command = plan

  variables {
    domain_name     = "chat-api.example.com"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/mocked"
    hosted_zone_id  = "Z0000000000000"
  }

  assert {
    condition     = output.websocket_url == "wss://chat-api.example.com"
    error_message = "Clients connect to the domain."
  }

  assert {
    condition     = length(aws_route53_record.this) == 1
    error_message = "The domain has no record."
  }
}

run "takes_signed_requests_of_backends" {
  command = plan

  variables {
    server_api_auth = "iam"
  }

  assert {
    condition     = aws_apigatewayv2_route.server.authorization_type == "AWS_IAM" && length(aws_apigatewayv2_authorizer.server) == 0
    error_message = "Requests to the server API must be signed, and no token is asked for."
  }
}

run "can_do_without_access_logs" {
  command = plan

  variables {
    access_logs = false
  }

  assert {
    condition     = length(aws_apigatewayv2_stage.this.access_log_settings) == 0 && length(aws_apigatewayv2_stage.server.access_log_settings) == 0
    error_message = "Access logs are off, and still written."
  }
}

run "leaves_posts_half_of_the_accounts_requests" {
  command = plan

  variables {
    account_requests_per_second = 2500
  }

  expect_failures = [aws_apigatewayv2_stage.this]
}

run "can_do_without_a_throttle_of_connections" {
  command = plan

  variables {
    connects_per_second = null
  }

  assert {
    condition = [
      for route in aws_apigatewayv2_stage.this.route_settings : [route.throttling_rate_limit, route.throttling_burst_limit]
      if route.route_key == "$connect"
    ] == [[500, 500]]
    error_message = "Only the account's quota is left."
  }
}
