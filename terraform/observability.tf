resource "aws_cloudwatch_log_group" "function" {
  for_each = local.function_log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_group" "access" {
  count = var.access_logs ? 1 : 0

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_iam_role" "api_gateway" {
  count = var.api_gateway_account ? 1 : 0

  name                 = "${var.name}-api-gateway-logs-${local.region}"
  path                 = var.iam_path
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

# AWS's managed policy: the role serves every API of the Region, and API Gateway refuses a role with fewer rights.
resource "aws_iam_role_policy_attachment" "api_gateway" {
  count = var.api_gateway_account ? 1 : 0

  role       = aws_iam_role.api_gateway[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.api_gateway_account ? 1 : 0

  cloudwatch_role_arn = aws_iam_role.api_gateway[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_gateway]
}

locals {
  # Includes the stack's name, so that stacks in one Region don't share metrics.
  own_metrics = "Tabletalk/${var.name}"

  api_dimensions      = { ApiId = aws_apigatewayv2_api.this.id, Stage = var.stage_name }
  server_dimensions   = { ApiId = aws_apigatewayv2_api.server.id }
  stream_dimensions   = { FunctionName = local.function_names[local.stream.function] }
  mapping_dimensions  = { EventSourceMappingUUID = aws_lambda_event_source_mapping.reader["stream"].uuid }
  followup_dimensions = { EventSourceMappingUUID = aws_lambda_event_source_mapping.reader["followups"].uuid }
  post_dimensions     = { service = "fan-out" }

  # Alarms on one metric, with a statistic or a percentile. Alarms on several metrics are in `expressions` below.
  # `runbook` is the heading in operations.md, if it differs from the alarm's name.
  alarms = merge(
    {
      iterator-age = {
        description = "Messages arrive late: the stream's oldest undelivered change is over ${var.iterator_age_alarm_seconds} s old. Look at the stream function's errors and duration."
        namespace   = "AWS/Lambda"
        metric      = "IteratorAge"
        dimensions  = local.stream_dimensions
        statistic   = "Maximum"
        threshold   = var.iterator_age_alarm_seconds * 1000
        minutes     = 3
      }
      delivery-latency = {
        description = "One post in a hundred reaches its connection more than ${var.delivery_slo_ms} ms after its message was written."
        namespace   = local.own_metrics
        metric      = "DeliveryLatency"
        dimensions  = local.post_dimensions
        statistic   = "p99"
        threshold   = var.delivery_slo_ms
        minutes     = 5
      }
      execution-errors = {
        description = "API Gateway could not run a function: a timeout, a crash or a missing permission."
        namespace   = "AWS/ApiGateway"
        metric      = "ExecutionError"
        dimensions  = local.api_dimensions
        statistic   = "Sum"
        threshold   = 0
        minutes     = 1
      }
      server-api-errors = {
        description = "Requests of backends fail with 5xx: a bug (500), a dependency that fails (503) or keys that can't be fetched. The server function's log names the action."
        namespace   = "AWS/ApiGateway"
        metric      = "5xx"
        dimensions  = local.server_dimensions
        statistic   = "Sum"
        threshold   = 5
        minutes     = 1
      }
      posts-throttled = {
        description = "Posts to connections have been refused for three minutes: the account's quota of requests is used up. Those clients receive the messages when they sync."
        namespace   = local.own_metrics
        metric      = "PostsThrottled"
        dimensions  = local.post_dimensions
        statistic   = "Sum"
        threshold   = 0
        minutes     = 3
      }
      janitor-errors = {
        description = "The janitor could not finish a job, such as deleting a room. It tries again every few minutes; its log says why."
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = local.function_names[local.stack.schedules.janitor.function] }
        statistic   = "Sum"
        threshold   = 0
        minutes     = 1
      }
      dead-letters = {
        description = "Uploads that could not be turned into messages wait in the dead-letter queue."
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = local.dead_letter_queue }
        statistic   = "Maximum"
        threshold   = 0
        minutes     = 1
      }
    },
    {
      for key, one in local.webhooks : "webhook-${key}-dead-letters" => {
        description = "Events that ${one.url} did not take within a day wait in its dead-letter queue."
        runbook     = "webhook-dead-letters"
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = local.webhook_dlqs[key] }
        statistic   = "Maximum"
        threshold   = 0
        minutes     = 1
      }
    },
    {
      # Firehose waits for 15 minutes at most, and gives a record up after 24 hours. It reports every few minutes.
      for stream in [local.archive_stream] : "log-archive-late" => {
        description = "Logs have not reached the archive for an hour; after a day they are lost to it. The log of the Firehose stream says why."
        namespace   = "AWS/Firehose"
        metric      = "DeliveryToS3.DataFreshness"
        dimensions  = { DeliveryStreamName = stream }
        statistic   = "Maximum"
        threshold   = 3600
        minutes     = 1
      } if local.archives_logs
    },
    {
      for name in distinct([local.authorizer, local.server_api.authorizer]) : "${name}-errors" => {
        description = "Tokens can't be checked: no usable keys. A bad token is no error of the function."
        runbook     = "authorizer-errors"
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = local.function_names[name] }
        statistic   = "Sum"
        threshold   = 5
        minutes     = 1
      }
    },
    {
      for name in [local.stream.function, local.followups.function, local.object_created.function] : "${name}-destination" => {
        description = "Events for which ${name} failed could not be stored either: they are lost. Look at its role and at the destination."
        namespace   = "AWS/Lambda"
        metric      = "DestinationDeliveryFailures"
        dimensions  = { FunctionName = local.function_names[name] }
        statistic   = "Sum"
        threshold   = 0
        minutes     = 1
      }
    },
    {
      for name, full_name in local.function_names : "${name}-throttled" => {
        description = "Invocations of ${name} are refused: the account's concurrency is used up."
        runbook     = "function-throttled"
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = full_name }
        statistic   = "Sum"
        threshold   = 0
        minutes     = 1
      }
    },
  )

  # Alarms on several metrics. Each metric is a sum over `seconds`; the alarm is raised if the expression exceeds the
  # threshold for `periods` in a row. A metric without a value counts as 0.
  expressions = {
    stream-failures = {
      description = "Changes of the table could not be processed: their events were never delivered. The records are in the failures bucket."
      expression  = "FILL(stored, 0) + FILL(dropped, 0)"
      threshold   = 0
      seconds     = 60
      periods     = 1
      metrics = {
        stored  = { namespace = "AWS/Lambda", metric = "OnFailureDestinationDeliveredEventCount", dimensions = local.mapping_dimensions }
        dropped = { namespace = "AWS/Lambda", metric = "DroppedEventCount", dimensions = local.mapping_dimensions }
      }
    }
    followup-failures = {
      description = "What follows a change could not be done: a file or a trace of a deleted message may still be there. The records are in the bucket of failed follow-ups."
      expression  = "FILL(stored, 0) + FILL(dropped, 0)"
      threshold   = 0
      seconds     = 60
      periods     = 1
      metrics = {
        stored  = { namespace = "AWS/Lambda", metric = "OnFailureDestinationDeliveredEventCount", dimensions = local.followup_dimensions }
        dropped = { namespace = "AWS/Lambda", metric = "DroppedEventCount", dimensions = local.followup_dimensions }
      }
    }
    table-throttled = {
      description = "DynamoDB refuses reads or writes: a hot room, or the table's quota."
      expression  = "FILL(reads, 0) + FILL(writes, 0) + FILL(indexReads, 0) + FILL(indexWrites, 0)"
      threshold   = 0
      seconds     = 60
      periods     = 1
      metrics = {
        for id, each in {
          reads       = ["ReadThrottleEvents", {}]
          writes      = ["WriteThrottleEvents", {}]
          indexReads  = ["ReadThrottleEvents", { GlobalSecondaryIndexName = local.stack.table.index.name }]
          indexWrites = ["WriteThrottleEvents", { GlobalSecondaryIndexName = local.stack.table.index.name }]
        } : id => { namespace = "AWS/DynamoDB", metric = each[0], dimensions = merge({ TableName = var.name }, each[1]) }
      }
    }
    # Most functions return 5xx only for a bug (500) or a failed dependency (503). But $connect also refuses clients by
    # status.
    server-errors = {
      description = "Frames or connections fail with 5xx: a bug (500) or a dependency that fails (503). The function's log names the cause."
      expression  = "FILL(failed, 0) - FILL(refused, 0)"
      threshold   = 5
      seconds     = 60
      periods     = 2
      metrics = {
        failed  = { namespace = "AWS/ApiGateway", metric = "IntegrationError", dimensions = local.api_dimensions }
        refused = { namespace = local.own_metrics, metric = "ConnectsRefused", dimensions = { service = "connect" } }
      }
    }
    # The age of the stream's records is not reported if the function isn't called at all.
    # Only sends are counted: calls of other functions may write nothing that is delivered by the stream.
    nothing-delivered = {
      description = "Messages are sent, and none is delivered: the stream's mapping is disabled or broken, or every post fails."
      expression  = "IF((FILL(sends, 0) >= 3 AND FILL(batches, 0) == 0) OR (FILL(failed, 0) >= 3 AND FILL(delivered, 0) == 0), 1, 0)"
      threshold   = 0
      seconds     = 300
      periods     = 2
      metrics = {
        sends     = { namespace = "AWS/Lambda", metric = "Invocations", dimensions = { FunctionName = local.function_names[local.stack.routes.sendMessage.function] } }
        batches   = { namespace = "AWS/Lambda", metric = "Invocations", dimensions = local.stream_dimensions }
        failed    = { namespace = local.own_metrics, metric = "PostsFailed", dimensions = local.post_dimensions }
        delivered = { namespace = local.own_metrics, metric = "PostsDelivered", dimensions = local.post_dimensions }
      }
    }
  }

  alarm_descriptions = {
    for name, alarm in merge(local.alarms, local.expressions) :
    name => "${alarm.description} ${var.runbook_url}#${lower(try(alarm.runbook, name))}"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = local.alarm_descriptions[each.key]
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "expression" {
  for_each = local.expressions

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = local.alarm_descriptions[each.key]
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "result"
    expression  = each.value.expression
    label       = each.key
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = metric_query.key

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        stat        = "Sum"
        period      = each.value.seconds
      }
    }
  }
}
