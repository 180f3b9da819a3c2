# The API for backends: an HTTP API with one route, whose function performs the same actions as the WebSocket API.

resource "aws_apigatewayv2_api" "server" {
  name          = "${var.name}-server"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "server" {
  api_id                 = aws_apigatewayv2_api.server.id
  integration_type       = "AWS_PROXY"
  integration_method     = "POST"
  integration_uri        = aws_lambda_alias.live[local.server_api.function].invoke_arn
  payload_format_version = "2.0"
}

# Not API Gateway's own JWT authorizer, which accepts only RSA and asks the issuer for its configuration. A request
# without the header is refused (401) without a call.
resource "aws_apigatewayv2_authorizer" "server" {
  count = var.server_api_auth == "token" ? 1 : 0

  api_id                            = aws_apigatewayv2_api.server.id
  authorizer_type                   = "REQUEST"
  authorizer_uri                    = aws_lambda_alias.live[local.server_api.authorizer].invoke_arn
  authorizer_payload_format_version = "2.0"
  enable_simple_responses           = true
  identity_sources                  = ["$request.header.Authorization"]
  authorizer_result_ttl_in_seconds  = local.server_api.authorizerResultSeconds
  name                              = "server-token"
}

resource "aws_apigatewayv2_route" "server" {
  api_id             = aws_apigatewayv2_api.server.id
  route_key          = local.server_api.route
  target             = "integrations/${aws_apigatewayv2_integration.server.id}"
  authorization_type = var.server_api_auth == "token" ? "CUSTOM" : "AWS_IAM"
  authorizer_id      = one(aws_apigatewayv2_authorizer.server[*].id)
}

resource "aws_apigatewayv2_stage" "server" {
  api_id      = aws_apigatewayv2_api.server.id
  name        = "$default"
  auto_deploy = true

  default_route_settings {
    throttling_rate_limit    = var.server_throttling.rate
    throttling_burst_limit   = var.server_throttling.burst
    detailed_metrics_enabled = var.detailed_metrics
  }

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn
      # Without the path, which is the client's own text. The action is in the function's log.
      format = jsonencode({
        requestId         = "$context.requestId"
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
}

resource "aws_lambda_permission" "server" {
  statement_id  = "server"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live[local.server_api.function].function_name
  qualifier     = aws_lambda_alias.live[local.server_api.function].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.server.execution_arn}/*/${replace(local.server_api.route, " ", "")}"

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_permission" "server_authorizer" {
  count = var.server_api_auth == "token" ? 1 : 0

  statement_id  = "server-authorizer"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live[local.server_api.authorizer].function_name
  qualifier     = aws_lambda_alias.live[local.server_api.authorizer].name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.server.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.server[0].id}"

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}
