resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.stack.schedules

  name                = "${var.name}-${each.key}"
  description         = "Calls ${each.key} every ${each.value.everyMinutes} minutes."
  schedule_expression = "rate(${each.value.everyMinutes} minutes)"
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.stack.schedules

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_lambda_alias.live[each.value.function].arn
}

resource "aws_lambda_permission" "schedule" {
  for_each = local.stack.schedules

  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_alias.live[each.value.function].function_name
  qualifier     = aws_lambda_alias.live[each.value.function].name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn

  # The alias's permission must exist before the caller uses the alias.
  lifecycle {
    create_before_destroy = true
  }
}

# The next scheduled call does what a failed one could not, so Lambda neither retries a call nor keeps it waiting.
resource "aws_lambda_function_event_invoke_config" "schedule" {
  for_each = local.stack.schedules

  function_name                = aws_lambda_alias.live[each.value.function].function_name
  qualifier                    = aws_lambda_alias.live[each.value.function].name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}
