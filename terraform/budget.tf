variable "budget" {
  description = "Tells these e-mail addresses (10 at most) and this SNS topic when the month's costs pass 80 % and 100 % of so many dollars, or are forecast to; null for no budget. Of the whole account, or, with only_this_stack, of what is tagged with Service = name, once the account has activated that cost allocation tag. With anomaly_usd also when AWS finds that what has this tag costs so many dollars more than it would expect: the topic at once, the addresses once a day. Example: { monthly_usd = 200, anomaly_usd = 20, emails = [\"ops@example.com\"] }"
  type = object({
    monthly_usd     = number
    emails          = optional(list(string), [])
    topic_arn       = optional(string)
    only_this_stack = optional(bool, false)
    anomaly_usd     = optional(number)
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0, false)
    error_message = "A budget has more than 0 dollars a month."
  }

  validation {
    condition     = try(var.budget.anomaly_usd, null) == null || try(var.budget.anomaly_usd > 0, false)
    error_message = "An anomaly costs more than 0 dollars; null to look for none."
  }

  validation {
    condition     = var.budget == null || try(length(var.budget.emails) + length(var.budget.topic_arn[*]) > 0, false)
    error_message = "A budget that tells nobody: give emails or topic_arn."
  }

  validation {
    condition     = try(length(var.budget.emails) <= 10 && alltrue([for email in var.budget.emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))]), var.budget == null)
    error_message = "There may be up to 10 e-mail addresses, such as ops@example.com."
  }

  validation {
    condition     = try(var.budget.topic_arn, null) == null || can(regex("^arn:aws[a-z-]*:sns:", var.budget.topic_arn))
    error_message = "This is not the ARN of an SNS topic."
  }
}

# Budgets cover the account, over all Regions.
resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = "${var.name}-${local.region}"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.budget.monthly_usd)
  limit_unit   = "USD"

  dynamic "cost_filter" {
    for_each = var.budget.only_this_stack ? [true] : []

    content {
      name   = "TagKeyValue"
      values = [join("$", ["user:Service", var.name])]
    }
  }

  dynamic "notification" {
    for_each = [["ACTUAL", 80], ["ACTUAL", 100], ["FORECASTED", 100]]

    content {
      notification_type          = notification.value[0]
      threshold                  = notification.value[1]
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.budget.emails
      subscriber_sns_topic_arns  = var.budget.topic_arn[*]
    }
  }
}

locals {
  # AWS notifies a topic of each anomaly at once. Email addresses get a daily summary.
  anomaly_readers = try(var.budget.anomaly_usd, null) == null ? {} : {
    for kind, reader in {
      topic  = { frequency = "IMMEDIATE", type = "SNS", addresses = var.budget.topic_arn[*] }
      emails = { frequency = "DAILY", type = "EMAIL", addresses = var.budget.emails }
    } : kind => reader if length(reader.addresses) > 0
  }
}

# Selected by the tag, because an account has only one monitor for all services, which AWS creates with the account.
# https://docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html
resource "aws_ce_anomaly_monitor" "this" {
  count = length(local.anomaly_readers) == 0 ? 0 : 1

  name         = "${var.name}-${local.region}"
  monitor_type = "CUSTOM"
  monitor_specification = jsonencode({
    And            = null
    CostCategories = null
    Dimensions     = null
    Not            = null
    Or             = null
    Tags           = { Key = "Service", MatchOptions = null, Values = [var.name] }
  })
}

resource "aws_ce_anomaly_subscription" "this" {
  for_each = local.anomaly_readers

  name             = "${var.name}-${local.region}-${each.key}"
  frequency        = each.value.frequency
  monitor_arn_list = aws_ce_anomaly_monitor.this[*].arn

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.budget.anomaly_usd)]
    }
  }

  dynamic "subscriber" {
    for_each = each.value.addresses

    content {
      type    = each.value.type
      address = subscriber.value
    }
  }
}
