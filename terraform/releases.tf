variable "new_version_weight" {
  description = "Share of the calls that the functions' new versions get, from 0 to 1; the versions of previous_versions get the others. 1 is all of them at once, and 0 is back to the versions before. `npm run release` sets it step by step."
  type        = number
  default     = 1

  validation {
    condition     = var.new_version_weight >= 0 && var.new_version_weight <= 1
    error_message = "The share is from 0 to 1."
  }
}

variable "previous_versions" {
  description = "By function, the version that got the calls before this deploy: the output `live_versions` of then. Only used with a new_version_weight below 1."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for version in values(var.previous_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "A version is a number, as in { streams = \"7\" }."
  }
}

variable "provisioned_concurrency" {
  description = "Executions that are kept ready, by function, so that nobody waits for a cold start: each costs about $2.70 a month and 256 MB, also while nobody chats. Example: { authorizer = 2, connect = 2, sync = 2 }"
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for executions in values(var.provisioned_concurrency) : executions >= 1 && floor(executions) == executions])
    error_message = "Executions are a whole number, at least 1."
  }

  validation {
    condition     = length(setsubtract(keys(var.provisioned_concurrency), keys(local.stack_file.functions))) == 0
    error_message = "A function that stack.json doesn't have."
  }
}

locals {
  # The versions of functions that existed before this deploy.
  previous = { for name, version in var.previous_versions : name => version if var.new_version_weight < 1 && contains(keys(local.stack.functions), name) }
}

# Everything that calls a function calls this alias. A deploy publishes a version, and then moves the alias to it, at
# once or gradually.
resource "aws_lambda_alias" "live" {
  for_each = local.stack.functions

  name             = "live"
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = try(local.previous[each.key], aws_lambda_function.this[each.key].version)

  # Not for a function that hasn't changed, because Lambda refuses two weights of one version.
  dynamic "routing_config" {
    for_each = try(local.previous[each.key] != aws_lambda_function.this[each.key].version, false) && var.new_version_weight > 0 ? [true] : []

    content {
      additional_version_weights = { (aws_lambda_function.this[each.key].version) = var.new_version_weight }
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  for_each = var.provisioned_concurrency

  function_name                     = aws_lambda_alias.live[each.key].function_name
  qualifier                         = aws_lambda_alias.live[each.key].name
  provisioned_concurrent_executions = each.value
}
