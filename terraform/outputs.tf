output "websocket_url" {
  description = "Where clients connect."
  value       = local.websocket_url
}

output "connections_endpoint" {
  description = "Where posts to connections go, and from where they can be ended (`aws apigatewaymanagementapi --endpoint-url`)."
  value       = local.connections_endpoint
}

output "page_url" {
  description = "The page; null unless `page` hosts it."
  value       = one(module.page[*].url)
}

output "files_bucket" {
  description = "Bucket of the uploaded files."
  value       = module.files_bucket.name
}

output "stream_failures_bucket" {
  description = "Bucket of the stream records that could not be worked off, to be replayed."
  value       = module.failures_bucket.name
}

output "table_name" {
  description = "The one table."
  value       = aws_dynamodb_table.this.name
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}
