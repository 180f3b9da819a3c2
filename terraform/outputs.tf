output "websocket_url" {
  description = "URL to which clients connect."
  value       = local.websocket_url
}

output "server_api_url" {
  description = "URL of the API for backends: `POST` an action to `/v1/{action}` below it."
  value       = aws_apigatewayv2_api.server.api_endpoint
}

output "connections_endpoint" {
  description = "Endpoint of `@connections`, to post to a connection or to end it (`aws apigatewaymanagementapi --endpoint-url`)."
  value       = local.connections_endpoint
}

output "page_url" {
  description = "URL of the page; null without `page`."
  value       = one(module.page[*].url)
}

output "files_bucket" {
  description = "Bucket of the uploaded files."
  value       = module.files_bucket.name
}

output "followup_failures_bucket" {
  description = "Bucket of the stream records whose follow-ups could not be done, for replay."
  value       = module.followup_failures_bucket.name
}

output "stream_failures_bucket" {
  description = "Bucket of the stream records that could not be processed, for replay."
  value       = module.failures_bucket.name
}

output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "dashboard_url" {
  description = "URL of the dashboard in the console."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}
