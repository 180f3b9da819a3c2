locals {
  api    = [for name, value in local.api_dimensions : [name, value]]
  on_api = flatten(local.api)
  stream_function = [
    "FunctionName", local.function_names[local.stream.function],
  ]

  # In the order in which an operator looks: is anybody connected, do messages arrive, what fails, what does it cost?
  charts = [
    {
      title = "Connections opened, frames in and out"
      stat  = "Sum"
      metrics = [
        concat(["AWS/ApiGateway", "ConnectCount"], local.on_api),
        concat(["AWS/ApiGateway", "MessageCount"], local.on_api),
      ]
    },
    {
      title = "Posts to connections"
      stat  = "Sum"
      metrics = [
        for metric in ["PostsDelivered", "PostsGone", "PostsThrottled", "PostsSlow", "PostsSkipped", "PostsFailed", "EventsDelivered"] :
        [local.own_metrics, metric, "service", "fan-out"]
      ]
    },
    {
      title   = "From a message's write to its post (ms, of 50 and of 99 posts in 100)"
      stat    = "p99"
      metrics = [for stat in ["p50", "p99"] : [local.own_metrics, "DeliveryLatency", "service", "fan-out", { stat = stat }]]
    },
    {
      title   = "Age of the oldest undelivered change (ms)"
      stat    = "Maximum"
      metrics = [concat(["AWS/Lambda", "IteratorAge"], local.stream_function)]
    },
    {
      title = "Changes filtered, worked off and given up on"
      stat  = "Sum"
      metrics = [
        for metric in ["PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "FailedInvokeEventCount", "DroppedEventCount", "OnFailureDestinationDeliveredEventCount"] :
        ["AWS/Lambda", metric, "EventSourceMappingUUID", aws_lambda_event_source_mapping.reader["stream"].uuid]
      ]
    },
    {
      title = "Errors of the API"
      stat  = "Sum"
      metrics = concat(
        [for metric in ["ClientError", "IntegrationError", "ExecutionError"] : concat(["AWS/ApiGateway", metric], local.on_api)],
        [[local.own_metrics, "ConnectsRefused", "service", "connect"]],
      )
    },
    {
      title = "Requests of backends, and what was refused or failed"
      stat  = "Sum"
      metrics = [
        for metric in ["Count", "4xx", "5xx"] :
        concat(["AWS/ApiGateway", metric], flatten([for name, value in local.server_dimensions : [name, value]]))
      ]
    },
    {
      title   = "Latency of the functions behind the API (ms, 99th percentile)"
      stat    = "p99"
      metrics = [concat(["AWS/ApiGateway", "IntegrationLatency"], local.on_api)]
    },
    {
      title   = "Duration of each function (ms, 99th percentile)"
      stat    = "p99"
      metrics = [for full_name in values(local.function_names) : ["AWS/Lambda", "Duration", "FunctionName", full_name]]
    },
    {
      title   = "Functions running at once"
      stat    = "Maximum"
      metrics = [for full_name in values(local.function_names) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", full_name]]
    },
    {
      title = "Capacity that the table used"
      stat  = "Sum"
      metrics = [
        ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", var.name],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.name],
      ]
    },
    {
      title   = "Uploads that could not be turned into messages"
      stat    = "Maximum"
      metrics = [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", local.dead_letter_queue]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  # With the Region, because the names of dashboards are unique in the account, over all Regions.
  dashboard_name = "${var.name}-${local.region}"
  dashboard_body = jsonencode({
    widgets = [
      for index, chart in local.charts : {
        type   = "metric"
        x      = index % 2 * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = chart.title
          region  = local.region
          stat    = chart.stat
          period  = 60
          view    = "timeSeries"
          metrics = chart.metrics
        }
      }
    ]
  })
}
