variable "budget" {
  description = "Tells these e-mail addresses (10 at most) and this SNS topic when the month's costs pass 80 % and 100 % of so many dollars, or are forecast to; null for no budget. Of the whole account, or, with only_this_stack, of what is tagged with Service = name, once the account has activated that cost allocation tag. Example: { monthly_usd = 200, emails = [\"ops@example.com\"] }"
  type = object({
    monthly_usd     = number
    emails          = optional(list(string), [])
    topic_arn       = optional(string)
    only_this_stack = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0, false)
    error_message = "A budget has more than 0 dollars a month."
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

# Budgets are the account's, over all Regions.
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
