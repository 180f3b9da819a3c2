output "websocket_url" {
  description = "Where clients connect."
  value       = var.domain_name == null ? aws_apigatewayv2_stage.this.invoke_url : "wss://${var.domain_name}"
}

output "files_bucket" {
  description = "Bucket of the uploaded files."
  value       = aws_s3_bucket.files.bucket
}

output "stream_failures_bucket" {
  description = "Bucket of the stream records that could not be worked off, to be replayed."
  value       = aws_s3_bucket.failures.bucket
}

output "table_name" {
  description = "The one table."
  value       = aws_dynamodb_table.this.name
}

output "dashboard_url" {
  description = "The dashboard in the console."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}
