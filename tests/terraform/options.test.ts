import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Plan, planFromNothing } from '../../scripts/terraform-check/plan.ts'
import { makeWorkspace, type Workspace } from '../../scripts/terraform-check/workspace.ts'
import { loadStack } from '../../terraform/stack.ts'
import { deployedBundles } from '../support/deployed-bundles.ts'

const workspace = await makeWorkspace(await deployedBundles())
if (typeof workspace === 'string') process.stderr.write(`SKIPPED the plan with options: ${workspace}\n`)

const stack = loadStack()
/** Webhooks are off here. They are tested in `terraform/tests/bus.tftest.hcl`. */
const names = Object.keys(stack.functions).filter((name) => stack.functions[name]?.with === undefined)
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555'
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary'

interface Statement {
  Sid: string
  Action: string[]
  Resource: string[]
  Condition?: object
}

describe.skipIf(typeof workspace === 'string')('the plan with what is off by default', () => {
  let plan: Plan
  beforeAll(async () => {
    plan = await planFromNothing(workspace as Workspace, {
      log_level: 'ERROR',
      system_log_level: 'WARN',
      kms_key_arn: KEY,
      permissions_boundary_arn: BOUNDARY,
      iam_path: '/apps/',
      xray: true,
      api_gateway_account: true,
      backup: { keep_days: 90 },
      log_archive: { keep_days: 400 },
      provisioned_concurrency: { authorizer: 2, connect: 3 },
      previous_versions: { streams: '7', gone: '3' },
      new_version_weight: 0.1,
      ip_address_type: 'dualstack',
      domain_name: 'chat-api.example.com',
      certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/api',
      hosted_zone_id: 'Z0000000000000',
      jwt_audience: 'web,mobile',
      more_issuers: [{ issuer: 'https://other.example.com', audiences: ['a'], jwks: '{"keys":[{"kty":"EC"}]}' }],
      runbook_url: 'https://wiki.example.com/chat',
    })
  })
  afterAll(() => (workspace as Workspace).close())

  const all = (type: string) => plan.resource_changes.filter((resource) => resource.type === type)
  const after = (type: string) => all(type).map(({ change }) => change.after ?? {})
  const policyOf = (name: string): Statement[] => {
    const policy = all('aws_iam_role_policy').find((one) => one.name === 'function' && one.index === name)
    return (JSON.parse(policy?.change.after?.policy as string) as { Statement: Statement[] }).Statement
  }

  test('never silences metrics: Lambda filters no line that has no level, and the functions filter their own', () => {
    const functions = after('aws_lambda_function')
    expect(functions).toHaveLength(names.length)
    for (const { logging_config: logging } of functions) {
      expect(logging).toMatchObject([{ application_log_level: 'INFO', system_log_level: 'WARN' }])
    }
    // The environment of functions that post is known only when the API exists.
    const told = functions.flatMap(({ environment }) => (environment as { variables?: object }[])[0]?.variables ?? [])
    expect(told.length).toBeGreaterThan(names.length / 2)
    for (const variables of told) {
      expect(variables).toMatchObject({
        POWERTOOLS_LOG_LEVEL: 'ERROR',
        POWERTOOLS_METRICS_NAMESPACE: 'Tabletalk/tabletalk',
      })
    }
  })

  test('encrypts everything that is kept with the key of one’s own, but for S3’s own logs', () => {
    expect(after('aws_dynamodb_table')).toMatchObject([
      { server_side_encryption: [{ enabled: true, kms_key_arn: KEY }] },
    ])
    expect(after('aws_sqs_queue')).toMatchObject([{ kms_master_key_id: KEY }])
    const groups = after('aws_cloudwatch_log_group')
    // With those of the API's requests, and of the archive's failures.
    expect(groups).toHaveLength(names.length + 2)
    for (const group of groups) expect(group.kms_key_id).toBe(KEY)
    const rules = all('aws_s3_bucket_server_side_encryption_configuration').map(
      ({ module_address: module, change }) => {
        const [rule] = change.after?.rule as { apply_server_side_encryption_by_default: object[] }[]
        return [module, rule?.apply_server_side_encryption_by_default]
      },
    )
    expect(Object.fromEntries(rules)).toMatchObject({
      'module.files_bucket': [{ sse_algorithm: 'aws:kms', kms_master_key_id: KEY }],
      'module.failures_bucket["stream"]': [{ sse_algorithm: 'aws:kms', kms_master_key_id: KEY }],
      'module.log_archive_bucket[0]': [{ sse_algorithm: 'aws:kms', kms_master_key_id: KEY }],
      'module.logs_bucket[0]': [{ sse_algorithm: 'AES256' }],
    })
    expect(after('aws_kinesis_firehose_delivery_stream')).toMatchObject([
      { server_side_encryption: [{ enabled: true, key_type: 'CUSTOMER_MANAGED_CMK', key_arn: KEY }] },
    ])
  })

  test('lets those functions use the key that touch something, for those services only', () => {
    for (const name of names) {
      const keys = policyOf(name).filter(({ Sid }) => Sid === 'Key')
      const touches = Object.keys(stack.functions[name]!.touches).length > 0
      expect(keys, name).toEqual(
        touches
          ? [
              {
                Sid: 'Key',
                Effect: 'Allow',
                Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
                Resource: [KEY],
                Condition: {
                  StringEquals: {
                    'kms:ViaService': ['dynamodb', 's3', 'sqs'].map((service) => `${service}.us-east-1.amazonaws.com`),
                  },
                },
              },
            ]
          : [],
      )
    }
  })

  test('traces invocations', () => {
    for (const { tracing_config: config } of after('aws_lambda_function')) expect(config).toEqual([{ mode: 'Active' }])
    for (const name of names) {
      expect(policyOf(name)).toContainEqual({
        Sid: 'Trace',
        Effect: 'Allow',
        Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        Resource: ['*'],
      })
    }
  })

  test('puts every role under the path and the boundary', () => {
    const roles = after('aws_iam_role')
    // Including the roles of API Gateway's logs, of backups, and the two of the archive of logs.
    expect(roles).toHaveLength(names.length + 4)
    for (const role of roles) expect(role).toMatchObject({ path: '/apps/', permissions_boundary: BOUNDARY })
  })

  test('calls functions by their alias only, which a deploy may move by and by', () => {
    for (const type of ['aws_lambda_permission', 'aws_lambda_function_event_invoke_config']) {
      for (const one of after(type)) expect(one.qualifier, type).toBe('live')
    }
    const using = plan.resources.filter(({ expressions }) =>
      JSON.stringify(expressions ?? {}).includes('aws_lambda_function.this'),
    )
    // Resources that use only the function's name, or concern the function as a whole.
    expect([...new Set(using.map(({ address }) => address))]).toEqual(['aws_lambda_alias.live'])
    const aliases = new Map(all('aws_lambda_alias').map(({ index = '', change }) => [index, change]))
    expect([...aliases.keys()].sort()).toEqual(names.toSorted())
    expect(aliases.get('streams')?.after).toMatchObject({ name: 'live', function_version: '7' })
    expect(aliases.get('sync')).toMatchObject({
      after: { routing_config: [] },
      after_unknown: { function_version: true },
    })
  })

  test('backs up table and files, and lets nobody restore', () => {
    expect(after('aws_backup_selection')).toMatchObject([
      {
        resources: [
          'arn:aws:dynamodb:us-east-1:123456789012:table/tabletalk',
          'arn:aws:s3:::tabletalk-files-123456789012-us-east-1',
        ],
      },
    ])
    expect(after('aws_backup_plan')).toMatchObject([
      { rule: [{ schedule: 'cron(0 3 * * ? *)', lifecycle: [{ delete_after: 90 }], copy_action: [] }] },
    ])
    expect(after('aws_backup_vault')).toMatchObject([{ kms_key_arn: KEY, force_destroy: false }])
    expect(all('aws_iam_role_policy_attachment').map(({ change }) => change.after?.policy_arn)).toEqual([
      'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      'arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup',
      'arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup',
    ])
  })

  test('archives every line of the functions and of the API, by day, in a private bucket that forgets it in time', () => {
    const filters = after('aws_cloudwatch_log_subscription_filter')
    const groups = names.map((name) => `/aws/lambda/tabletalk-${name}`)
    expect(filters.map((filter) => filter.log_group_name).sort()).toEqual(
      ['/aws/apigateway/tabletalk', ...groups].toSorted(),
    )
    for (const { filter_pattern: pattern } of filters) expect(pattern).toBe('')
    const [stream] = after('aws_kinesis_firehose_delivery_stream')
    const [destination] = stream?.extended_s3_configuration as Record<string, unknown>[]
    expect(destination).toMatchObject({
      prefix: 'tabletalk/logs/day=!{timestamp:yyyy-MM-dd}/',
      error_output_prefix: 'tabletalk/errors/day=!{timestamp:yyyy-MM-dd}/!{firehose:error-output-type}/',
      compression_format: 'GZIP',
      file_extension: '.json.gz',
      // What CloudWatch Logs sends is gzip. Compressed once more as it is, nothing could read it.
      processing_configuration: [
        { enabled: true, processors: [{ type: 'Decompression' }, { type: 'AppendDelimiterToRecord' }] },
      ],
      cloudwatch_logging_options: [{ enabled: true, log_group_name: '/aws/kinesisfirehose/tabletalk-logs' }],
    })
    const guarded = (type: string) => all(type).map(({ module_address: module }) => module)
    for (const type of [
      'aws_s3_bucket_public_access_block',
      'aws_s3_bucket_policy',
      'aws_s3_bucket_ownership_controls',
    ])
      expect(guarded(type), type).toContain('module.log_archive_bucket[0]')
    const lifecycle = all('aws_s3_bucket_lifecycle_configuration').find(({ name }) => name === 'log_archive')
    expect(lifecycle?.change.after?.rule).toMatchObject([
      {
        expiration: [{ days: 400 }],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
        status: 'Enabled',
      },
    ])
  })

  test('lets two services archive logs, each for this account and with no other right', () => {
    const documents = (type: string, document: string) =>
      Object.fromEntries(
        all(type)
          .filter(({ name }) => name === 'log_archive')
          .map(({ index = '', change }) => [
            index,
            (JSON.parse(change.after?.[document] as string) as { Statement: Statement[] }).Statement,
          ]),
      )
    const trust = (service: string, Condition: object) => [
      { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: `${service}.amazonaws.com` }, Condition },
    ]
    expect(documents('aws_iam_role', 'assume_role_policy')).toEqual({
      logs: trust('logs', { StringLike: { 'aws:SourceArn': 'arn:aws:logs:us-east-1:123456789012:*' } }),
      firehose: trust('firehose', { StringEquals: { 'sts:ExternalId': '123456789012' } }),
    })
    const bucket = 'arn:aws:s3:::tabletalk-log-archive-123456789012-us-east-1'
    const group = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/kinesisfirehose/tabletalk-logs'
    expect(documents('aws_iam_role_policy', 'policy')).toEqual({
      logs: [
        {
          Sid: 'Archive',
          Effect: 'Allow',
          Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
          Resource: ['arn:aws:firehose:us-east-1:123456789012:deliverystream/tabletalk-logs'],
        },
      ],
      firehose: [
        {
          Sid: 'Files',
          Effect: 'Allow',
          Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
          Resource: [`${bucket}/tabletalk/*`],
        },
        {
          Sid: 'Bucket',
          Effect: 'Allow',
          Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
          Resource: [bucket],
        },
        { Sid: 'Log', Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: [`${group}:log-stream:*`] },
        {
          Sid: 'Key',
          Effect: 'Allow',
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: [KEY],
          Condition: { StringEquals: { 'kms:ViaService': ['s3.us-east-1.amazonaws.com'] } },
        },
      ],
    })
  })

  test('keeps executions ready', () => {
    const kept = all('aws_lambda_provisioned_concurrency_config').map(({ index, change }) => [
      index,
      change.after?.provisioned_concurrent_executions,
      change.after?.qualifier,
    ])
    expect(kept).toEqual([
      ['authorizer', 2, 'live'],
      ['connect', 3, 'live'],
    ])
  })

  test('is reached by IPv6 as well', () => {
    expect(after('aws_route53_record').map(({ type }) => type)).toEqual(['A', 'AAAA'])
    expect(after('aws_apigatewayv2_api').map((api) => api.ip_address_type)).toContain('dualstack')
  })

  test('tells the authorizers of every issuer', () => {
    const authorizer = all('aws_lambda_function').find(({ index }) => index === 'authorizer')
    const [environment] = authorizer?.change.after?.environment as { variables: Record<string, string> }[]
    expect(environment!.variables.JWT_AUDIENCE).toBe('web,mobile')
    expect(JSON.parse(environment!.variables.MORE_ISSUERS!)).toEqual([
      { issuer: 'https://other.example.com', audiences: ['a'], jwks: { keys: [{ kty: 'EC' }] } },
    ])
  })

  test('links each alarm to the page that is given', () => {
    for (const alarm of after('aws_cloudwatch_metric_alarm')) {
      expect(alarm.alarm_description).toMatch(/ https:\/\/wiki\.example\.com\/chat#[a-z-]+$/)
    }
  })
})
