data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # The bundler and the local runtime read the same file, so what runs on a laptop is what is deployed.
  stack = jsondecode(file("${path.module}/stack.json"))

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  # Composed here instead of read from the resources, so that a plan shows the policies in full before anything exists.
  table_arn           = "arn:${local.partition}:dynamodb:${var.region}:${local.account_id}:table/${var.name}"
  index_arn           = "${local.table_arn}/index/${local.stack.table.index.name}"
  files_bucket        = "${var.name}-files-${local.account_id}-${var.region}"
  files_arn           = "arn:${local.partition}:s3:::${local.files_bucket}"
  page_bucket         = "${var.name}-page-${local.account_id}-${var.region}"
  failures_bucket     = "${var.name}-stream-failures-${local.account_id}-${var.region}"
  failures_arn        = "arn:${local.partition}:s3:::${local.failures_bucket}"
  followup_failures   = "${var.name}-followup-failures-${local.account_id}-${var.region}"
  dead_letter_queue   = "${var.name}-object-created-dlq"
  dead_letter_arn     = "arn:${local.partition}:sqs:${var.region}:${local.account_id}:${local.dead_letter_queue}"
  function_names      = { for name, _ in local.stack.functions : name => "${var.name}-${name}" }
  function_log_groups = { for name, full_name in local.function_names : name => "/aws/lambda/${full_name}" }

  authorizer     = local.stack.authorizer
  server_api     = local.stack.serverApi
  stream         = local.stack.stream
  followups      = local.stack.followups
  object_created = local.stack.bucket.notification

  # Each has a destination of its own for the records that it gives up.
  stream_readers = {
    (local.stream.function)    = { failures_arn = local.failures_arn }
    (local.followups.function) = { failures_arn = "arn:${local.partition}:s3:::${local.followup_failures}" }
  }

  api_host      = "${aws_apigatewayv2_api.this.id}.execute-api.${var.region}.${data.aws_partition.current.dns_suffix}"
  websocket_url = var.domain_name == null ? aws_apigatewayv2_stage.this.invoke_url : "wss://${var.domain_name}"

  # Pages from these origins may connect and upload. `[0].url`, because `[*].url` would depend on the whole module,
  # whose config.json depends on the API: a cycle.
  allowed_origins = distinct(concat(var.allowed_origins, var.page == null ? [] : [module.page[0].url]))

  alarm_actions = compact([var.alarm_topic_arn])
}
