# The resources were in a root of their own, which `terraform/` was, before they were a module. Terraform moves them in the
# state, and changes nothing of them.

moved {
  from = aws_api_gateway_account.this
  to   = module.tabletalk.aws_api_gateway_account.this
}

moved {
  from = aws_apigatewayv2_api.server
  to   = module.tabletalk.aws_apigatewayv2_api.server
}

moved {
  from = aws_apigatewayv2_api.this
  to   = module.tabletalk.aws_apigatewayv2_api.this
}

moved {
  from = aws_apigatewayv2_api_mapping.this
  to   = module.tabletalk.aws_apigatewayv2_api_mapping.this
}

moved {
  from = aws_apigatewayv2_authorizer.server
  to   = module.tabletalk.aws_apigatewayv2_authorizer.server
}

moved {
  from = aws_apigatewayv2_authorizer.this
  to   = module.tabletalk.aws_apigatewayv2_authorizer.this
}

moved {
  from = aws_apigatewayv2_deployment.this
  to   = module.tabletalk.aws_apigatewayv2_deployment.this
}

moved {
  from = aws_apigatewayv2_domain_name.this
  to   = module.tabletalk.aws_apigatewayv2_domain_name.this
}

moved {
  from = aws_apigatewayv2_integration.server
  to   = module.tabletalk.aws_apigatewayv2_integration.server
}

moved {
  from = aws_apigatewayv2_integration.this
  to   = module.tabletalk.aws_apigatewayv2_integration.this
}

moved {
  from = aws_apigatewayv2_route.server
  to   = module.tabletalk.aws_apigatewayv2_route.server
}

moved {
  from = aws_apigatewayv2_route.this
  to   = module.tabletalk.aws_apigatewayv2_route.this
}

moved {
  from = aws_apigatewayv2_route_response.this
  to   = module.tabletalk.aws_apigatewayv2_route_response.this
}

moved {
  from = aws_apigatewayv2_stage.server
  to   = module.tabletalk.aws_apigatewayv2_stage.server
}

moved {
  from = aws_apigatewayv2_stage.this
  to   = module.tabletalk.aws_apigatewayv2_stage.this
}

moved {
  from = aws_backup_plan.this
  to   = module.tabletalk.aws_backup_plan.this
}

moved {
  from = aws_backup_selection.this
  to   = module.tabletalk.aws_backup_selection.this
}

moved {
  from = aws_backup_vault.this
  to   = module.tabletalk.aws_backup_vault.this
}

moved {
  from = aws_budgets_budget.this
  to   = module.tabletalk.aws_budgets_budget.this
}

moved {
  from = aws_cloudwatch_dashboard.this
  to   = module.tabletalk.aws_cloudwatch_dashboard.this
}

moved {
  from = aws_cloudwatch_event_rule.this
  to   = module.tabletalk.aws_cloudwatch_event_rule.this
}

moved {
  from = aws_cloudwatch_event_target.this
  to   = module.tabletalk.aws_cloudwatch_event_target.this
}

moved {
  from = aws_cloudwatch_log_delivery.page
  to   = module.tabletalk.aws_cloudwatch_log_delivery.page
}

moved {
  from = aws_cloudwatch_log_delivery_destination.page
  to   = module.tabletalk.aws_cloudwatch_log_delivery_destination.page
}

moved {
  from = aws_cloudwatch_log_delivery_source.page
  to   = module.tabletalk.aws_cloudwatch_log_delivery_source.page
}

moved {
  from = aws_cloudwatch_log_group.access
  to   = module.tabletalk.aws_cloudwatch_log_group.access
}

moved {
  from = aws_cloudwatch_log_group.function
  to   = module.tabletalk.aws_cloudwatch_log_group.function
}

moved {
  from = aws_cloudwatch_metric_alarm.expression
  to   = module.tabletalk.aws_cloudwatch_metric_alarm.expression
}

moved {
  from = aws_cloudwatch_metric_alarm.this
  to   = module.tabletalk.aws_cloudwatch_metric_alarm.this
}

moved {
  from = aws_dynamodb_table.this
  to   = module.tabletalk.aws_dynamodb_table.this
}

moved {
  from = aws_iam_role.api_gateway
  to   = module.tabletalk.aws_iam_role.api_gateway
}

moved {
  from = aws_iam_role.backup
  to   = module.tabletalk.aws_iam_role.backup
}

moved {
  from = aws_iam_role.function
  to   = module.tabletalk.aws_iam_role.function
}

moved {
  from = aws_iam_role_policy.connections
  to   = module.tabletalk.aws_iam_role_policy.connections
}

moved {
  from = aws_iam_role_policy.function
  to   = module.tabletalk.aws_iam_role_policy.function
}

moved {
  from = aws_iam_role_policy_attachment.api_gateway
  to   = module.tabletalk.aws_iam_role_policy_attachment.api_gateway
}

moved {
  from = aws_iam_role_policy_attachment.backup
  to   = module.tabletalk.aws_iam_role_policy_attachment.backup
}

moved {
  from = aws_lambda_alias.live
  to   = module.tabletalk.aws_lambda_alias.live
}

moved {
  from = aws_lambda_event_source_mapping.followups
  to   = module.tabletalk.aws_lambda_event_source_mapping.reader["followups"]
}

moved {
  from = aws_lambda_event_source_mapping.stream
  to   = module.tabletalk.aws_lambda_event_source_mapping.reader["stream"]
}

moved {
  from = aws_lambda_function.this
  to   = module.tabletalk.aws_lambda_function.this
}

moved {
  from = aws_lambda_function_event_invoke_config.object_created
  to   = module.tabletalk.aws_lambda_function_event_invoke_config.object_created
}

moved {
  from = aws_lambda_function_event_invoke_config.schedule
  to   = module.tabletalk.aws_lambda_function_event_invoke_config.schedule
}

moved {
  from = aws_lambda_permission.authorizer
  to   = module.tabletalk.aws_lambda_permission.authorizer
}

moved {
  from = aws_lambda_permission.bucket
  to   = module.tabletalk.aws_lambda_permission.bucket
}

moved {
  from = aws_lambda_permission.route
  to   = module.tabletalk.aws_lambda_permission.route
}

moved {
  from = aws_lambda_permission.schedule
  to   = module.tabletalk.aws_lambda_permission.schedule
}

moved {
  from = aws_lambda_permission.server
  to   = module.tabletalk.aws_lambda_permission.server
}

moved {
  from = aws_lambda_permission.server_authorizer
  to   = module.tabletalk.aws_lambda_permission.server_authorizer
}

moved {
  from = aws_lambda_provisioned_concurrency_config.live
  to   = module.tabletalk.aws_lambda_provisioned_concurrency_config.live
}

moved {
  from = aws_route53_record.this
  to   = module.tabletalk.aws_route53_record.this
}

moved {
  from = aws_s3_bucket_cors_configuration.files
  to   = module.tabletalk.aws_s3_bucket_cors_configuration.files
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.failures
  to   = module.tabletalk.aws_s3_bucket_lifecycle_configuration.failures["stream"]
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.files
  to   = module.tabletalk.aws_s3_bucket_lifecycle_configuration.files
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.followup_failures
  to   = module.tabletalk.aws_s3_bucket_lifecycle_configuration.failures["followups"]
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.logs
  to   = module.tabletalk.aws_s3_bucket_lifecycle_configuration.logs
}

moved {
  from = aws_s3_bucket_logging.files
  to   = module.tabletalk.aws_s3_bucket_logging.files
}

moved {
  from = aws_s3_bucket_notification.files
  to   = module.tabletalk.aws_s3_bucket_notification.files
}

moved {
  from = aws_s3_bucket_versioning.files
  to   = module.tabletalk.aws_s3_bucket_versioning.files
}

moved {
  from = aws_sqs_queue.dead_letters
  to   = module.tabletalk.aws_sqs_queue.dead_letters
}

moved {
  from = aws_wafv2_web_acl.page
  to   = module.tabletalk.aws_wafv2_web_acl.page
}

moved {
  from = module.failures_bucket
  to   = module.tabletalk.module.failures_bucket["stream"]
}

moved {
  from = module.files_bucket
  to   = module.tabletalk.module.files_bucket
}

moved {
  from = module.followup_failures_bucket
  to   = module.tabletalk.module.failures_bucket["followups"]
}

moved {
  from = module.logs_bucket
  to   = module.tabletalk.module.logs_bucket
}

moved {
  from = module.page
  to   = module.tabletalk.module.page
}

# Of states that are older still.

moved {
  from = aws_cloudwatch_metric_alarm.sum
  to   = aws_cloudwatch_metric_alarm.expression
}

moved {
  from = aws_route53_record.this[0]
  to   = aws_route53_record.this["A"]
}
