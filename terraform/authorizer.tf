# Without identity sources: API Gateway requires each one that is declared, and the token is either in a header or in
# the query. Without a cache: WebSocket APIs have none, and the authorizer runs once per connection.
resource "aws_apigatewayv2_authorizer" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  authorizer_type = "REQUEST"
  authorizer_uri  = aws_lambda_alias.live[local.authorizer].invoke_arn
  name            = "token"
}
