data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # The bundler and the local runtime read the same file, so what runs locally is what is deployed.
  stack_file = jsondecode(file("${path.module}/stack.json"))

  # The optional parts that are deployed, by the `with` of their functions.
  wanted = { webhooks = length(var.webhooks) > 0, thumbnails = var.thumbnails }

  # Without the functions of optional parts that are off.
  stack = merge(local.stack_file, {
    functions = {
      for name, function in local.stack_file.functions : name => function
      if try(local.wanted[function.with], true)
    }
  })

  build_dir = coalesce(var.build_dir, "${path.module}/../dist")
  page_dir  = coalesce(try(var.page.build_dir, null), "${local.build_dir}/web")

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  # `id` instead of `name`, which version 6 of the provider deprecates, and instead of `region`, which version 5 doesn't
  # have.
  region = data.aws_region.current.id

  # Composed here instead of read from the resources, so that a plan shows the policies in full before anything exists.
  table_arn           = "arn:${local.partition}:dynamodb:${local.region}:${local.account_id}:table/${var.name}"
  index_arn           = "${local.table_arn}/index/${local.stack.table.index.name}"
  files_bucket        = "${var.name}-files-${local.account_id}-${local.region}"
  files_arn           = "arn:${local.partition}:s3:::${local.files_bucket}"
  page_bucket         = "${var.name}-page-${local.account_id}-${local.region}"
  dead_letter_queue   = "${var.name}-object-created-dlq"
  dead_letter_arn     = "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${local.dead_letter_queue}"
  function_names      = { for name, _ in local.stack.functions : name => "${var.name}-${name}" }
  function_log_groups = { for name, full_name in local.function_names : name => "/aws/lambda/${full_name}" }

  authorizer = local.stack.authorizer
  server_api = local.stack.serverApi
  stream     = local.stack.stream
  # The follow-ups read more if the bus is on (records that become events of the bus), and if search is on (new
  # messages).
  followups = merge(local.stack.followups, {
    filters = concat(
      [for one in local.stack.followups.filters : one if !var.events_bus],
      [for one in local.stack.bus.filters : one if var.events_bus],
      [for one in local.stack.search.filters : one if var.search],
    )
  })
  object_created = local.stack.bucket.notification
  thumbnails     = local.stack.bucket.thumbnails

  readers = { stream = local.stream, followups = local.followups }

  # Each reader has its own bucket for the records that it gives up.
  failures_buckets = {
    stream    = "${var.name}-stream-failures-${local.account_id}-${local.region}"
    followups = "${var.name}-followup-failures-${local.account_id}-${local.region}"
  }
  failures_arns = { for key, reader in local.readers : reader.function => "arn:${local.partition}:s3:::${local.failures_buckets[key]}" }

  api_host      = "${aws_apigatewayv2_api.this.id}.execute-api.${local.region}.${data.aws_partition.current.dns_suffix}"
  websocket_url = var.domain_name == null ? aws_apigatewayv2_stage.this.invoke_url : "wss://${var.domain_name}"

  # Pages from these origins may connect and upload. `[0].url`, because `[*].url` would depend on the whole module,
  # whose config.json depends on the API: a cycle.
  allowed_origins = distinct(concat(var.allowed_origins, var.page == null ? [] : [module.page[0].url]))

  # In the policy of each queue, with the queue as Resource. The files' bucket has the same statement.
  queue_tls_only = {
    Sid       = "TlsOnly"
    Effect    = "Deny"
    Principal = "*"
    Action    = "sqs:*"
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  }

  alarm_actions = compact([var.alarm_topic_arn])
}
