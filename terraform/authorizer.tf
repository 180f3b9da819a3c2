# No identity sources: each that is declared must be present, and a token comes by header or by query. Nor a cached
# result, which WebSocket APIs don't have: API Gateway asks once per connection.
resource "aws_apigatewayv2_authorizer" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  authorizer_type = "REQUEST"
  authorizer_uri  = aws_lambda_function.this[local.authorizer].invoke_arn
  name            = "token"
}
