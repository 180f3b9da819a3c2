# The event bus and its webhooks. Nothing of it exists unless it is enabled.

variable "events_bus" {
  description = "Whether an EventBridge bus of the stack's name is told what happens: messages, members, rooms (docs/bus.md). $1 a million events, and about as much for the function."
  type        = bool
  default     = false
  nullable    = false
}

variable "push" {
  description = "Whether the bus is also told whom to wake for each message (push.wanted). That reads the room's members and how far they have read: in a room of 10 some 16 units a message, in one of 1,000 some 1,560."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.push || var.events_bus
    error_message = "Whom to wake is told on the bus: events_bus must be true."
  }
}

variable "push_previews" {
  description = "Whether push.wanted has the first 100 characters of the message. They then go to whatever sends the pushes, and to its providers."
  type        = bool
  default     = false
  nullable    = false
}

variable "webhooks" {
  description = "URLs that receive events of the bus, signed as standardwebhooks.com describes, with retries for a day and a queue of dead letters for each. events: types such as message.sent; null for all. secret_arn: of a secret in Secrets Manager whose text is `whsec_` and base64 of 24 to 64 bytes; while it is being replaced it may have two, one on each line. Example: [{ url = \"https://shop.example.com/chat\", events = [\"message.sent\"], secret_arn = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:chat-AbCdEf\" }]"
  type = list(object({
    url        = string
    events     = optional(list(string))
    secret_arn = string
  }))
  default  = []
  nullable = false

  validation {
    condition     = length(var.webhooks) == 0 || var.events_bus
    error_message = "Webhooks receive what is on the bus: events_bus must be true."
  }

  validation {
    condition = alltrue([
      for one in var.webhooks : startswith(one.url, "https://") && can(regex("^arn:aws[a-z-]*:secretsmanager:", one.secret_arn)) && try(length(one.events) > 0, one.events == null)
    ])
    error_message = "Each has a url that begins with https://, the ARN of a secret, and at least one event or null."
  }

  validation {
    condition     = length(distinct(var.webhooks[*].url)) == length(var.webhooks)
    error_message = "A URL is there twice: name all its events in one."
  }
}

locals {
  bus_name = var.name
  bus_arn  = "arn:${local.partition}:events:${local.region}:${local.account_id}:event-bus/${local.bus_name}"

  # By a name that stays the same when the list is reordered.
  webhooks       = { for one in var.webhooks : substr(sha256(one.url), 0, 8) => one }
  webhook_queues = { for key, _ in local.webhooks : key => "${var.name}-webhook-${key}" }
  webhook_arns   = { for key, queue in local.webhook_queues : key => "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${queue}" }
  webhook_dlqs   = { for key, queue in local.webhook_queues : key => "${queue}-dlq" }

  bus_settings = {
    EVENTS_BUS = var.events_bus ? local.bus_name : null
    PUSH       = var.push ? (var.push_previews ? "previews" : "on") : null
    WEBHOOKS = length(local.webhooks) == 0 ? null : jsonencode({
      for key, one in local.webhooks : local.webhook_queues[key] => {
        url       = one.url
        secretArn = one.secret_arn
        queueUrl  = "https://sqs.${local.region}.${data.aws_partition.current.dns_suffix}/${local.account_id}/${local.webhook_queues[key]}"
      }
    })
  }

  # Statements for the roles of the functions that use the bus, by function.
  bus_grants = merge(
    !var.events_bus ? {} : {
      (local.followups.function) = [{
        sid       = "Bus"
        actions   = ["events:PutEvents"]
        resources = [local.bus_arn]
      }]
    },
    length(local.webhooks) == 0 ? {} : {
      (local.stack.webhooks.function) = concat([
        {
          sid       = "Webhooks"
          actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
          resources = values(local.webhook_arns)
        },
        {
          sid       = "Secrets"
          actions   = ["secretsmanager:GetSecretValue"]
          resources = distinct(var.webhooks[*].secret_arn)
        },
        ],
        # Several secrets may have the same key.
        var.kms_key_arn == null ? [] : [merge(local.key_grant, {
          sid       = "SecretsKey"
          actions   = ["kms:Decrypt"]
          condition = { StringEquals = { "kms:ViaService" = ["secretsmanager.${local.region}.${data.aws_partition.current.dns_suffix}"] } }
        })],
      )
    },
  )
}

resource "aws_cloudwatch_event_bus" "this" {
  count = var.events_bus ? 1 : 0

  name = local.bus_name
}

resource "aws_cloudwatch_event_rule" "webhook" {
  for_each = local.webhooks

  name           = local.webhook_queues[each.key]
  description    = "What is posted to ${each.value.url}."
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  event_pattern = jsonencode(merge(
    { source = [local.stack.bus.source] },
    each.value.events == null ? {} : { "detail-type" = each.value.events },
  ))
}

resource "aws_cloudwatch_event_target" "webhook" {
  for_each = local.webhooks

  rule           = aws_cloudwatch_event_rule.webhook[each.key].name
  event_bus_name = aws_cloudwatch_event_bus.this[0].name
  arn            = aws_sqs_queue.webhook[each.key].arn

  dead_letter_config {
    arn = aws_sqs_queue.webhook_dead_letters[each.key].arn
  }
}

# One queue for each webhook, so that a webhook that is down delays no other.
resource "aws_sqs_queue" "webhook" {
  for_each = local.webhooks

  name                       = local.webhook_queues[each.key]
  message_retention_seconds  = local.stack.webhooks.retentionSeconds
  visibility_timeout_seconds = local.stack.webhooks.visibilitySeconds
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.webhook_dead_letters[each.key].arn
    maxReceiveCount     = local.stack.webhooks.attempts
  })
}

resource "aws_sqs_queue" "webhook_dead_letters" {
  for_each = local.webhooks

  name                      = local.webhook_dlqs[each.key]
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
}

resource "aws_sqs_queue_policy" "webhook" {
  for_each = merge([
    for key, _ in local.webhooks : {
      (key)        = { key = key, queue = aws_sqs_queue.webhook[key] }
      "${key}-dlq" = { key = key, queue = aws_sqs_queue.webhook_dead_letters[key] }
    }
  ]...)

  queue_url = each.value.queue.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(local.queue_tls_only, { Resource = each.value.queue.arn }),
      {
        Sid       = "Bus"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = each.value.queue.arn
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.webhook[each.value.key].arn } }
      },
    ]
  })
}

resource "aws_lambda_event_source_mapping" "webhook" {
  for_each = local.webhooks

  function_name           = aws_lambda_alias.live[local.stack.webhooks.function].arn
  event_source_arn        = aws_sqs_queue.webhook[each.key].arn
  batch_size              = local.stack.webhooks.batchSize
  function_response_types = ["ReportBatchItemFailures"]

  # Without a limit, a URL that responds slowly would use up the account's concurrency, and leave none for the chat.
  scaling_config {
    maximum_concurrency = 5
  }

  # When the mapping is created, Lambda checks that the role may receive.
  depends_on = [aws_iam_role_policy.function]
}

output "events_bus_name" {
  description = "Name of the event bus; null without `events_bus`."
  value       = one(aws_cloudwatch_event_bus.this[*].name)
}

output "webhook_dead_letter_queue_urls" {
  description = "By the webhook's URL, the queue of the events that it did not take within a day."
  value       = { for key, one in local.webhooks : one.url => aws_sqs_queue.webhook_dead_letters[key].url }
}
