resource "aws_apigatewayv2_api" "this" {
  name                       = var.name
  protocol_type              = "WEBSOCKET"
  route_selection_expression = "$request.body.action"
  ip_address_type            = var.ip_address_type
}

# One integration per function. The routes of a function share it, and the function distinguishes them by route key.
resource "aws_apigatewayv2_integration" "this" {
  for_each = toset([for route in local.stack.routes : route.function])

  api_id             = aws_apigatewayv2_api.this.id
  integration_type   = "AWS_PROXY"
  integration_method = "POST"
  integration_uri    = aws_lambda_alias.live[each.key].invoke_arn
}

resource "aws_apigatewayv2_route" "this" {
  for_each = local.stack.routes

  api_id                              = aws_apigatewayv2_api.this.id
  route_key                           = each.key
  target                              = "integrations/${aws_apigatewayv2_integration.this[each.value.function].id}"
  authorization_type                  = try(each.value.authorized, false) ? "CUSTOM" : "NONE"
  authorizer_id                       = try(each.value.authorized, false) ? aws_apigatewayv2_authorizer.this.id : null
  route_response_selection_expression = try(each.value.reply, false) ? "$default" : null
}

# Without it, API Gateway drops what the function returns.
resource "aws_apigatewayv2_route_response" "this" {
  for_each = { for route_key, route in local.stack.routes : route_key => route if try(route.reply, false) }

  api_id             = aws_apigatewayv2_api.this.id
  route_id           = aws_apigatewayv2_route.this[each.key].id
  route_response_key = "$default"
}

# A stage serves a deployment, which is a snapshot of the API. A route that is not in the snapshot returns "Forbidden".
# Therefore every change to anything in the snapshot creates a new deployment.
resource "aws_apigatewayv2_deployment" "this" {
  api_id = aws_apigatewayv2_api.this.id

  triggers = {
    snapshot = sha256(jsonencode([
      aws_apigatewayv2_api.this.route_selection_expression,
      aws_apigatewayv2_authorizer.this,
      aws_apigatewayv2_integration.this,
      aws_apigatewayv2_route.this,
      aws_apigatewayv2_route_response.this,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_apigatewayv2_stage" "this" {
  api_id        = aws_apigatewayv2_api.this.id
  name          = var.stage_name
  deployment_id = aws_apigatewayv2_deployment.this.id

  default_route_settings {
    throttling_rate_limit    = var.throttling_rate_limit
    throttling_burst_limit   = var.throttling_burst_limit
    detailed_metrics_enabled = var.detailed_metrics
    logging_level            = "OFF"
    # If enabled, it would log the text of messages.
    data_trace_enabled = false
  }

  # A route's settings replace the default ones as a whole. Connections have their own limit: if all clients reconnect
  # at once, they would write more than a table that isn't warm accepts.
  route_settings {
    route_key                = aws_apigatewayv2_route.this["$connect"].route_key
    throttling_rate_limit    = local.connects.rate
    throttling_burst_limit   = local.connects.burst
    detailed_metrics_enabled = var.detailed_metrics
    logging_level            = "OFF"
    # Off, because it would log tokens.
    data_trace_enabled = false
  }

  dynamic "route_settings" {
    for_each = var.route_throttling

    content {
      route_key                = aws_apigatewayv2_route.this[route_settings.key].route_key
      throttling_rate_limit    = route_settings.value.rate
      throttling_burst_limit   = route_settings.value.burst
      detailed_metrics_enabled = var.detailed_metrics
      logging_level            = "OFF"
      data_trace_enabled       = false
    }
  }

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      # Without the request line, which may contain a token, and without the body.
      format = jsonencode({
        requestId         = "$context.requestId"
        connectionId      = "$context.connectionId"
        eventType         = "$context.eventType"
        routeKey          = "$context.routeKey"
        status            = "$context.status"
        integrationError  = "$context.integration.error"
        integrationStatus = "$context.integration.status"
        integrationMs     = "$context.integrationLatency"
        authorizerError   = "$context.authorizer.error"
        error             = "$context.error.message"
        time              = "$context.requestTimeEpoch"
      })
    }
  }

  lifecycle {
    precondition {
      condition     = local.frames_per_second <= var.account_requests_per_second / 2
      error_message = "The routes accept ${local.frames_per_second} requests a second together, more than half of the account's ${var.account_requests_per_second} (account_requests_per_second): a storm of frames would leave too few for posts. Lower route_throttling, throttling_rate_limit, connects_per_second or server_throttling, or have the quota raised."
    }
  }

  depends_on = [aws_api_gateway_account.this]
}

locals {
  connects = var.connects_per_second == null ? { rate = 500, burst = 500 } : { rate = var.connects_per_second, burst = var.connects_burst }

  # API Gateway has a token bucket for each route, and one of the account for all routes and all posts.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
  frames_per_second = sum(concat(
    [local.connects.rate, var.server_throttling.rate],
    [for route_key, _ in local.stack.routes : try(var.route_throttling[route_key].rate, var.throttling_rate_limit) if route_key != "$connect"],
  ))
}
