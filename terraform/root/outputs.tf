# `npm run docs` writes this file from the module’s.

output "alarm_names" {
  description = "Names of all alarms."
  value       = module.tabletalk.alarm_names
}

output "alarm_topic_arn" {
  description = "ARN of the topic that receives the alarms, as given; null without one."
  value       = module.tabletalk.alarm_topic_arn
}

output "api_execution_arn" {
  description = "ARN of the WebSocket API in policies, for `execute-api:ManageConnections`."
  value       = module.tabletalk.api_execution_arn
}

output "api_id" {
  description = "Id of the WebSocket API."
  value       = module.tabletalk.api_id
}

output "backup_vault_arn" {
  description = "ARN of the vault of the backups; null without `backup`."
  value       = module.tabletalk.backup_vault_arn
}

output "connections_endpoint" {
  description = "Endpoint of `@connections`, to post to a connection or to end it (`aws apigatewaymanagementapi --endpoint-url`)."
  value       = module.tabletalk.connections_endpoint
}

output "dashboard_url" {
  description = "URL of the dashboard in the console."
  value       = module.tabletalk.dashboard_url
}

output "dead_letter_queue_arn" {
  description = "ARN of the queue of uploads that could not be turned into messages."
  value       = module.tabletalk.dead_letter_queue_arn
}

output "dead_letter_queue_url" {
  description = "URL of the same queue."
  value       = module.tabletalk.dead_letter_queue_url
}

output "domain_target" {
  description = "Where the records of `domain_name` must point, for DNS that hosted_zone_id doesn't keep: `name` and, for an alias of Route 53, `zone_id`; null without a domain."
  value       = module.tabletalk.domain_target
}

output "events_bus_name" {
  description = "Name of the event bus; null without `events_bus`."
  value       = module.tabletalk.events_bus_name
}

output "failures_bucket_arns" {
  description = "ARNs of the buckets of stream records that a reader gave up, by reader: `stream` and `followups`."
  value       = module.tabletalk.failures_bucket_arns
}

output "files_bucket" {
  description = "Bucket of the uploaded files."
  value       = module.tabletalk.files_bucket
}

output "files_bucket_arn" {
  description = "ARN of the bucket of the uploaded files."
  value       = module.tabletalk.files_bucket_arn
}

output "followup_failures_bucket" {
  description = "Bucket of the stream records whose follow-ups could not be done, for replay."
  value       = module.tabletalk.followup_failures_bucket
}

output "functions" {
  description = "By function, its `name`, the `arn` of the alias that is called, its `role_name`, `role_arn` and `log_group`."
  value       = module.tabletalk.functions
}

output "live_versions" {
  description = "By function, the version that gets the calls; while a deploy is under way, all but the share of the new one."
  value       = module.tabletalk.live_versions
}

output "log_archive" {
  description = "Where the logs are archived: `bucket_arn`, `prefix` of the files, and `stream_arn` of the Firehose stream; null without `log_archive`."
  value       = module.tabletalk.log_archive
}

output "metrics_namespace" {
  description = "Namespace of the metrics that the functions write."
  value       = module.tabletalk.metrics_namespace
}

output "page_distribution" {
  description = "The page's distribution: its `arn` and, for the records of a domain, `name` and `zone_id`; null without `page`."
  value       = module.tabletalk.page_distribution
}

output "page_url" {
  description = "URL of the page; null without `page`."
  value       = module.tabletalk.page_url
}

output "region" {
  description = "Region of the stack."
  value       = module.tabletalk.region
}

output "server_api_execution_arn" {
  description = "ARN of the API for backends in policies: with server_api_auth = iam, a backend needs `execute-api:Invoke` on `<this>/*/POST/v1/*`."
  value       = module.tabletalk.server_api_execution_arn
}

output "server_api_id" {
  description = "Id of the API for backends."
  value       = module.tabletalk.server_api_id
}

output "server_api_url" {
  description = "URL of the API for backends: `POST` an action to `/v1/{action}` below it."
  value       = module.tabletalk.server_api_url
}

output "stage_name" {
  description = "Name of the WebSocket API's stage."
  value       = module.tabletalk.stage_name
}

output "stream_arn" {
  description = "ARN of the table's stream. Two readers are allowed, and the stack has both."
  value       = module.tabletalk.stream_arn
}

output "stream_failures_bucket" {
  description = "Bucket of the stream records that could not be processed, for replay."
  value       = module.tabletalk.stream_failures_bucket
}

output "stream_mapping_ids" {
  description = "Ids of the event source mappings: `stream` delivers, `followups` does what nobody waits for."
  value       = module.tabletalk.stream_mapping_ids
}

output "table_arn" {
  description = "ARN of the table."
  value       = module.tabletalk.table_arn
}

output "table_name" {
  description = "Name of the table."
  value       = module.tabletalk.table_name
}

output "webhook_dead_letter_queue_urls" {
  description = "By the webhook's URL, the queue of the events that it did not take within a day."
  value       = module.tabletalk.webhook_dead_letter_queue_urls
}

output "websocket_url" {
  description = "URL to which clients connect."
  value       = module.tabletalk.websocket_url
}
