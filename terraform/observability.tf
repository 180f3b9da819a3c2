resource "aws_cloudwatch_log_group" "function" {
  for_each = local.function_log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_log_group" "access" {
  count = var.access_logs ? 1 : 0

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "api_gateway" {
  count = var.api_gateway_account ? 1 : 0

  name = "${var.name}-api-gateway-logs-${var.region}"
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

# Clients never receive the status. 500 is a bug, 503 a dependency that failed, other 5xx are API Gateway's own.
resource "aws_cloudwatch_log_metric_filter" "server_errors" {
  count = var.access_logs ? 1 : 0

  name           = "${var.name}-server-errors"
  log_group_name = aws_cloudwatch_log_group.access[0].name
  pattern        = "{ $.status = \"5*\" }"

  metric_transformation {
    name          = "ServerErrors"
    namespace     = local.own_metrics
    value         = "1"
    default_value = "0"
  }
}

locals {
  # With the name, so that stacks in one Region don't share metrics.
  own_metrics = "Tabletalk/${var.name}"

  api_dimensions      = { ApiId = aws_apigatewayv2_api.this.id, Stage = var.stage_name }
  server_dimensions   = { ApiId = aws_apigatewayv2_api.server.id }
  stream_dimensions   = { FunctionName = local.function_names[local.stream.function] }
  mapping_dimensions  = { EventSourceMappingUUID = aws_lambda_event_source_mapping.stream.uuid }
  followup_dimensions = { EventSourceMappingUUID = aws_lambda_event_source_mapping.followups.uuid }

  # Alarms on one metric. `sums` below has those on several.
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
        dimensions  = { service = "fan-out" }
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
    var.access_logs ? {
      server-errors = {
        description = "Frames fail with 5xx: a bug (500) or a dependency that fails (503). The access log names the route."
        namespace   = local.own_metrics
        metric      = "ServerErrors"
        dimensions  = {}
        statistic   = "Sum"
        threshold   = 5
        minutes     = 1
      }
    } : {},
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
        namespace   = "AWS/Lambda"
        metric      = "Throttles"
        dimensions  = { FunctionName = full_name }
        statistic   = "Sum"
        threshold   = 0
        minutes     = 1
      }
    },
  )

  sums = {
    stream-failures = {
      description = "Changes of the table could not be processed: their events were never delivered. The records are in the failures bucket."
      namespace   = "AWS/Lambda"
      metrics = [
        { metric = "OnFailureDestinationDeliveredEventCount", dimensions = local.mapping_dimensions },
        { metric = "DroppedEventCount", dimensions = local.mapping_dimensions },
      ]
    }
    followup-failures = {
      description = "What follows a change could not be done: a file or a trace of a deleted message may still be there. The records are in the bucket of failed follow-ups."
      namespace   = "AWS/Lambda"
      metrics = [
        { metric = "OnFailureDestinationDeliveredEventCount", dimensions = local.followup_dimensions },
        { metric = "DroppedEventCount", dimensions = local.followup_dimensions },
      ]
    }
    table-throttled = {
      description = "DynamoDB refuses reads or writes: a hot room, or the table's quota."
      namespace   = "AWS/DynamoDB"
      metrics = flatten([
        for dimensions in [
          { TableName = var.name },
          { TableName = var.name, GlobalSecondaryIndexName = local.stack.table.index.name },
          ] : [
          for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] : { metric = metric, dimensions = dimensions }
        ]
      ])
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "sum" {
  for_each = local.sums

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_actions
  ok_actions          = local.alarm_actions

  metric_query {
    id          = "sum"
    expression  = join(" + ", [for index, _ in each.value.metrics : "FILL(m${index}, 0)"])
    label       = each.key
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = "m${metric_query.key}"

      metric {
        namespace   = each.value.namespace
        metric_name = metric_query.value.metric
        dimensions  = metric_query.value.dimensions
        stat        = "Sum"
        period      = 60
      }
    }
  }
}
