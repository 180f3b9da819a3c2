/** The parts of Terraform's state that are read. */
export interface State {
  serial: number
  resources: StateResource[]
}

interface StateResource {
  mode: 'managed' | 'data'
  /** For example `module.tabletalk.module.page[0]`. Missing in the root. */
  module?: string
  type: string
  name: string
  instances: { index_key?: string | number; dependencies?: string[] }[]
}

/** Old addresses, from before there was a module, of instances whose type or module was renamed. */
const RENAMED: Readonly<Record<string, string>> = {
  'aws_lambda_event_source_mapping.reader["stream"]': 'aws_lambda_event_source_mapping.stream',
  'aws_lambda_event_source_mapping.reader["followups"]': 'aws_lambda_event_source_mapping.followups',
  'aws_s3_bucket_lifecycle_configuration.failures["stream"]': 'aws_s3_bucket_lifecycle_configuration.failures',
  'aws_s3_bucket_lifecycle_configuration.failures["followups"]':
    'aws_s3_bucket_lifecycle_configuration.followup_failures',
  'module.failures_bucket["stream"]': 'module.failures_bucket',
  'module.failures_bucket["followups"]': 'module.followup_failures_bucket',
}

/** The resources and modules of the root before it became the module: commit 98a3c10. */
const OLD = new Set(
  `
  aws_api_gateway_account.this aws_apigatewayv2_api.server aws_apigatewayv2_api.this aws_apigatewayv2_api_mapping.this
  aws_apigatewayv2_authorizer.server aws_apigatewayv2_authorizer.this aws_apigatewayv2_deployment.this
  aws_apigatewayv2_domain_name.this aws_apigatewayv2_integration.server aws_apigatewayv2_integration.this
  aws_apigatewayv2_route.server aws_apigatewayv2_route.this aws_apigatewayv2_route_response.this
  aws_apigatewayv2_stage.server aws_apigatewayv2_stage.this aws_backup_plan.this aws_backup_selection.this
  aws_backup_vault.this aws_budgets_budget.this aws_cloudwatch_dashboard.this aws_cloudwatch_event_rule.this
  aws_cloudwatch_event_target.this aws_cloudwatch_log_delivery.page aws_cloudwatch_log_delivery_destination.page
  aws_cloudwatch_log_delivery_source.page aws_cloudwatch_log_group.access aws_cloudwatch_log_group.function
  aws_cloudwatch_metric_alarm.expression aws_cloudwatch_metric_alarm.this aws_dynamodb_table.this
  aws_iam_role.api_gateway aws_iam_role.backup aws_iam_role.function aws_iam_role_policy.connections
  aws_iam_role_policy.function aws_iam_role_policy_attachment.api_gateway aws_iam_role_policy_attachment.backup
  aws_lambda_alias.live aws_lambda_event_source_mapping.followups aws_lambda_event_source_mapping.stream
  aws_lambda_function.this aws_lambda_function_event_invoke_config.object_created
  aws_lambda_function_event_invoke_config.schedule aws_lambda_permission.authorizer aws_lambda_permission.bucket
  aws_lambda_permission.route aws_lambda_permission.schedule aws_lambda_permission.server
  aws_lambda_permission.server_authorizer aws_lambda_provisioned_concurrency_config.live aws_route53_record.this
  aws_s3_bucket_cors_configuration.files aws_s3_bucket_lifecycle_configuration.failures
  aws_s3_bucket_lifecycle_configuration.files aws_s3_bucket_lifecycle_configuration.followup_failures
  aws_s3_bucket_lifecycle_configuration.logs aws_s3_bucket_logging.files aws_s3_bucket_notification.files
  aws_s3_bucket_versioning.files aws_sqs_queue.dead_letters aws_wafv2_web_acl.page module.failures_bucket
  module.files_bucket module.followup_failures_bucket module.logs_bucket module.page
`
    .trim()
    .split(/\s+/),
)

/**
 * Returns the state from when `terraform/` was a root and not a module: the same objects at their old addresses. Leaves
 * out what was added to the module later.
 */
export function oldState(state: State): State {
  const resources = state.resources.flatMap((resource) => {
    const inside = resource.module?.replace(/^module\.tabletalk\.?/, '') ?? ''
    const module = RENAMED[inside] ?? inside
    const apart = resource.instances.map((instance) => {
      const renamed = inside === '' ? RENAMED[`${resource.type}.${resource.name}["${instance.index_key}"]`] : undefined
      const { index_key: _, dependencies: __, ...bare } = instance
      return renamed === undefined
        ? { name: resource.name, instance: { ...instance, dependencies: [] } }
        : { name: renamed.split('.')[1]!, instance: bare }
    })
    return [...new Set(apart.map(({ name }) => name))].map((name) => {
      const { module: _, ...rest } = resource
      const instances = apart.filter((one) => one.name === name).map(({ instance }) => instance)
      return { ...rest, name, instances, ...(module === '' ? {} : { module }) }
    })
  })
  return { ...state, serial: state.serial + 1, resources: resources.filter(isOld) }
}

const isOld = ({ mode, module, type, name }: StateResource) =>
  mode === 'data' || OLD.has(module === undefined ? `${type}.${name}` : /^module\.\w+/.exec(module)![0])
