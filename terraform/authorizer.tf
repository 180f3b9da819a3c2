# Without identity sources, because API Gateway requires each declared one, and the token is either in a header or in
# the query. Without a cache, because WebSocket APIs have none: the authorizer runs once per connection.
resource "aws_apigatewayv2_authorizer" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  authorizer_type = "REQUEST"
  authorizer_uri  = aws_lambda_alias.live[local.authorizer].invoke_arn
  name            = "token"
}
