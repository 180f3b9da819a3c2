variable "reserved_concurrency" {
  description = "Executions at once that these functions have for themselves, whatever the others do, and can't exceed: so no storm of frames or connections stops deliveries, and no storm of connections takes the rest. Raise `streams` above the number of the stream's shards. `janitor` has one: no two of it work at once. Reserved only in an account with enough of them: AWS keeps 100 for other functions, and refuses any reservation in an account of 10. {} for none."
  type        = map(number)
  default     = { streams = 100, authorizer = 50, janitor = 1 }
  nullable    = false

  validation {
    condition     = alltrue([for executions in values(var.reserved_concurrency) : executions >= 1 && floor(executions) == executions])
    error_message = "Executions are a whole number, at least 1: 0 would stop the function."
  }

  validation {
    condition     = length(setsubtract(keys(var.reserved_concurrency), keys(local.stack_file.functions))) == 0
    error_message = "A function that stack.json doesn't have."
  }
}

variable "account_concurrency" {
  description = "Lambda's quota of concurrent executions in the account and Region, minus what other stacks have reserved; null asks Service Quotas for it, which needs servicequotas:GetServiceQuota."
  type        = number
  default     = null

  validation {
    condition     = var.account_concurrency == null || coalesce(var.account_concurrency, 1) >= 1
    error_message = "The quota is at least 1; null to look it up."
  }
}

# The quota "Concurrent executions" of Lambda.
data "aws_servicequotas_service_quota" "concurrency" {
  count = var.account_concurrency == null && length(var.reserved_concurrency) > 0 ? 1 : 0

  service_code = "lambda"
  quota_code   = "L-B99A9384"
}

locals {
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
  unreserved_at_least = 100

  account_concurrency  = coalesce(var.account_concurrency, one(data.aws_servicequotas_service_quota.concurrency[*].value), 0)
  can_reserve          = local.account_concurrency - sum(concat([0], values(var.reserved_concurrency))) >= local.unreserved_at_least
  reserved_concurrency = local.can_reserve ? var.reserved_concurrency : {}
}

check "reserved_concurrency" {
  assert {
    condition     = local.can_reserve || length(var.reserved_concurrency) == 0
    error_message = "The account has ${local.account_concurrency} concurrent executions, too few to reserve any: all functions share them. Ask for a higher quota (docs/operations.md), or set reserved_concurrency = {}."
  }
}
