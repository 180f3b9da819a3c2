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
  value       = module.failures_bucket["followups"].name
}

output "stream_failures_bucket" {
  description = "Bucket of the stream records that could not be processed, for replay."
  value       = module.failures_bucket["stream"].name
}

output "table_name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "dashboard_url" {
  description = "URL of the dashboard in the console."
  value       = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}

output "live_versions" {
  description = "By function, the version that gets the calls; while a deploy is under way, all but the share of the new one."
  value       = { for name, alias in aws_lambda_alias.live : name => alias.function_version }
}

output "api_id" {
  description = "Id of the WebSocket API."
  value       = aws_apigatewayv2_api.this.id
}

output "server_api_id" {
  description = "Id of the API for backends."
  value       = aws_apigatewayv2_api.server.id
}

output "stage_name" {
  description = "Name of the WebSocket API's stage."
  value       = aws_apigatewayv2_stage.this.name
}

output "table_arn" {
  description = "ARN of the table."
  value       = aws_dynamodb_table.this.arn
}

output "stream_arn" {
  description = "ARN of the table's stream. Two readers are allowed, and the stack has both."
  value       = aws_dynamodb_table.this.stream_arn
}

output "files_bucket_arn" {
  description = "ARN of the bucket of the uploaded files."
  value       = module.files_bucket.arn
}

output "functions" {
  description = "By function, its `name`, the `arn` of the alias that is called, its `role_name`, `role_arn` and `log_group`."
  value = {
    for name, function in aws_lambda_function.this : name => {
      name      = function.function_name
      arn       = aws_lambda_alias.live[name].arn
      role_name = aws_iam_role.function[name].name
      role_arn  = aws_iam_role.function[name].arn
      log_group = aws_cloudwatch_log_group.function[name].name
    }
  }
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue of uploads that could not be turned into messages."
  value       = aws_sqs_queue.dead_letters.arn
}

output "alarm_names" {
  description = "Names of all alarms."
  value       = concat(values(aws_cloudwatch_metric_alarm.this)[*].alarm_name, values(aws_cloudwatch_metric_alarm.expression)[*].alarm_name)
}

output "api_execution_arn" {
  description = "ARN of the WebSocket API in policies, for `execute-api:ManageConnections`."
  value       = aws_apigatewayv2_api.this.execution_arn
}

output "server_api_execution_arn" {
  description = "ARN of the API for backends in policies: with server_api_auth = iam, a backend needs `execute-api:Invoke` on `<this>/*/POST/v1/*`."
  value       = aws_apigatewayv2_api.server.execution_arn
}

output "domain_target" {
  description = "Where the records of `domain_name` must point, for DNS that hosted_zone_id doesn't keep: `name` and, for an alias of Route 53, `zone_id`; null without a domain."
  value = one([
    for domain in aws_apigatewayv2_domain_name.this : {
      name    = domain.domain_name_configuration[0].target_domain_name
      zone_id = domain.domain_name_configuration[0].hosted_zone_id
    }
  ])
}

output "page_distribution" {
  description = "The page's distribution: its `arn` and, for the records of a domain, `name` and `zone_id`; null without `page`."
  value = one([
    for page in module.page : {
      arn     = page.distribution_arn
      name    = page.distribution_domain_name
      zone_id = page.distribution_zone_id
    }
  ])
}

output "stream_mapping_ids" {
  description = "Ids of the event source mappings: `stream` delivers, `followups` does what nobody waits for."
  value       = { for key, reader in aws_lambda_event_source_mapping.reader : key => reader.uuid }
}

output "failures_bucket_arns" {
  description = "ARNs of the buckets of stream records that a reader gave up, by reader: `stream` and `followups`."
  value       = { for key, bucket in module.failures_bucket : key => bucket.arn }
}

output "dead_letter_queue_url" {
  description = "URL of the same queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "alarm_topic_arn" {
  description = "ARN of the topic that receives the alarms, as given; null without one."
  value       = var.alarm_topic_arn
}

output "metrics_namespace" {
  description = "Namespace of the metrics that the functions write."
  value       = local.own_metrics
}

output "backup_vault_arn" {
  description = "ARN of the vault of the backups; null without `backup`."
  value       = one(aws_backup_vault.this[*].arn)
}

output "region" {
  description = "Region of the stack."
  value       = local.region
}
