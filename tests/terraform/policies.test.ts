import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Plan, planFromNothing, type ResourceChange } from '../../scripts/terraform-check/plan.ts'
import { makeWorkspace, type Workspace } from '../../scripts/terraform-check/workspace.ts'
import { IDLE } from '../../scripts/costs/month.ts'
import { loadStack } from '../../terraform/stack.ts'
import { PENDING_DAYS } from '../../src/files/bucket-settings.ts'
import { OWN_METRICS } from '../support/cloudwatch.ts'
import { deployedBundles } from '../support/deployed-bundles.ts'
import { evaluate } from '../support/metric-math.ts'

interface Statement {
  Action: string[]
  Resource: string[]
  Effect: 'Allow' | 'Deny'
}

interface Stage {
  route_settings: RouteSettings[]
  default_route_settings: RouteSettings[]
}

interface RouteSettings {
  route_key?: string
  throttling_rate_limit: number
  throttling_burst_limit: number
}

interface Alarm {
  alarm_name: string
  alarm_description: string
  namespace: string
  metric_name: string
  dimensions: Record<string, string> | null
  threshold: number
  treat_missing_data: string
  metric_query: {
    id: string
    expression: string | null
    metric: Pick<Alarm, 'namespace' | 'metric_name' | 'dimensions'>[]
  }[]
}

const ACCOUNT = '123456789012'
const FILES = `arn:aws:s3:::tabletalk-files-${ACCOUNT}-us-east-1`
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/tabletalk`

const DAY_SECONDS = 24 * 60 * 60

/** Returns the anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')

const logDelivery = {
  Sid: 'LogsOfFiles',
  Effect: 'Allow',
  Principal: { Service: 'logging.s3.amazonaws.com' },
  Action: 's3:PutObject',
  Resource: `arn:aws:s3:::tabletalk-logs-${ACCOUNT}-us-east-1/files/*`,
  Condition: { ArnLike: { 'aws:SourceArn': FILES }, StringEquals: { 'aws:SourceAccount': ACCOUNT } },
}

const stack = loadStack()
/** A plan of the defaults has no functions of optional parts. */
const functions = Object.fromEntries(Object.entries(stack.functions).filter(([, one]) => one.with === undefined))
const names = Object.keys(functions)
/** The functions that clients and backends call. */
const calledFunctions = names.filter((name) => /^src\/(?:ws|http)\//.test(stack.functions[name]?.entry ?? ''))

const workspace = await makeWorkspace(await deployedBundles())
if (typeof workspace === 'string') process.stderr.write(`SKIPPED the policies of the plan: ${workspace}\n`)

describe.skipIf(typeof workspace === 'string')('the plan from nothing', () => {
  let plan: Plan
  beforeAll(async () => {
    plan = await planFromNothing(workspace as Workspace)
  })
  afterAll(() => (workspace as Workspace).close())

  const all = (type: string): ResourceChange[] => plan.resource_changes.filter((resource) => resource.type === type)
  const after = (type: string): Record<string, unknown>[] => all(type).map(({ change }) => change.after ?? {})
  const expressionsOf = (wanted: string) => plan.resources.find(({ address }) => address === wanted)?.expressions ?? {}
  const policyOf = (name: string): Statement[] => {
    const policy = all('aws_iam_role_policy').find(
      (resource) => resource.name === 'function' && resource.index === name,
    )
    return (JSON.parse(policy?.change.after?.policy as string) as { Statement: Statement[] }).Statement
  }
  const resourcesFor = (name: string, action: RegExp): string[] =>
    policyOf(name)
      .filter(({ Action }) => Action.some((allowed) => action.test(allowed)))
      .flatMap(({ Resource }) => Resource)

  describe('roles', () => {
    test('of src/ws and src/http never manage connections', () => {
      const granted = all('aws_iam_role_policy').filter(({ name }) => name === 'connections')
      expect(granted.map(({ index }) => index).sort()).toEqual(['objectCreated', 'streams'])
      expect(calledFunctions).toEqual(expect.arrayContaining(['sendMessage', 'server']))
      for (const name of calledFunctions) {
        expect(resourcesFor(name, /^execute-api:|^\*/), name).toEqual([])
      }
    })

    test('have a policy each, of their own, and no managed one', () => {
      expect(
        all('aws_iam_role')
          .map(({ index }) => index)
          .sort(),
      ).toEqual(names.toSorted())
      expect(all('aws_iam_role_policy_attachment')).toEqual([])
      for (const name of names) expect(policyOf(name).length, name).toBeGreaterThan(0)
    })

    test.each(['authorizer', 'serverAuthorizer'])('of the %s has no access to the table', (name) => {
      expect(policyOf(name).flatMap(({ Action }) => Action)).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
    })

    test('put files for those that sign forms alone, and only under rooms/', () => {
      const mayPut = names.filter((name) =>
        resourcesFor(name, /^s3:Put/).some((resource) => resource.startsWith(FILES)),
      )
      expect(mayPut.sort()).toEqual(['handleFileUpload', 'janitor', 'server'])
      expect(resourcesFor('janitor', /^s3:Put/)).toEqual([`${FILES}/exports/*`, `${FILES}/erasures/*`])
      for (const name of ['handleFileUpload', 'server'])
        expect(resourcesFor(name, /^s3:Put/)).toEqual([`${FILES}/rooms/*`])
      const elsewhere = names.filter((name) => !mayPut.includes(name) && resourcesFor(name, /^s3:Put/).length > 0)
      expect(elsewhere.flatMap((name) => resourcesFor(name, /^s3:Put/))).toEqual([
        `arn:aws:s3:::tabletalk-stream-failures-${ACCOUNT}-us-east-1/*`,
        `arn:aws:s3:::tabletalk-followup-failures-${ACCOUNT}-us-east-1/*`,
      ])
    })

    test('delete versions of files and nothing by its key, in those of uploads, follow-ups and the janitor alone', () => {
      const mayDelete = names.filter((name) => resourcesFor(name, /^s3:Delete/).length > 0)
      expect(mayDelete).toEqual(['objectCreated', 'janitor', 'followups'])
      // Only its own exports and lists of erasures, and no file of a room.
      const byKey = names.flatMap((name) => resourcesFor(name, /^s3:DeleteObject(Tagging)?$/).map((of) => [name, of]))
      expect(byKey).toEqual([['janitor', `arn:aws:s3:::tabletalk-files-${ACCOUNT}-us-east-1/exports/*`]])
    })

    test('read the versions for which they sign URLs', () => {
      const signing = names.filter((name) => resourcesFor(name, /^s3:GetObjectVersion$/).length > 0)
      // The janitor signs the links in exports.
      expect(signing).toEqual(['server', 'sync', 'rooms', 'queries', 'search', 'objectCreated', 'streams', 'janitor'])
    })

    test('allow on table, index and files what stack.json says, and nothing else', () => {
      for (const [name, { touches }] of Object.entries(functions)) {
        const allowed = (resource: string) =>
          policyOf(name)
            .filter(({ Resource }) => Resource.includes(resource))
            .flatMap(({ Action }) => Action)
            .sort()
        const isOnBucket = (action: string) => ['ListBucket', 'ListBucketVersions'].includes(action)
        const onBucket = touches.bucket?.filter(isOnBucket) ?? []
        const onFiles = touches.bucket?.filter((action) => !isOnBucket(action)) ?? []
        expect(allowed(TABLE), name).toEqual((touches.table ?? []).map((action) => `dynamodb:${action}`).sort())
        expect(allowed(`${TABLE}/index/gsi1`), name).toEqual(
          (touches.index ?? []).map((action) => `dynamodb:${action}`),
        )
        expect(allowed(`${FILES}/rooms/*`), name).toEqual(onFiles.map((action) => `s3:${action}`).sort())
        expect(allowed(FILES), name).toEqual(onBucket.map((action) => `s3:${action}`))
      }
    })

    test('of the janitor may not post, and runs no transaction', () => {
      expect(policyOf('janitor').flatMap(({ Action }) => Action)).toEqual([
        ...['logs:CreateLogStream', 'logs:PutLogEvents'],
        ...['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        ...['dynamodb:DeleteItem', 'dynamodb:BatchWriteItem', 'dynamodb:Query', 'dynamodb:Scan'],
        'dynamodb:Query',
        ...['s3:DeleteObjectVersion', 's3:GetObject', 's3:GetObjectVersion', 's3:GetObjectTagging'],
        ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        's3:PutObject',
        's3:ListBucketVersions',
      ])
    })

    test('name actions and resources in full', () => {
      for (const name of names) {
        for (const { Action, Resource } of policyOf(name)) {
          expect(Action.join(), name).not.toContain('*')
          expect(Resource, name).not.toContain('*')
        }
      }
    })
  })

  describe('buckets and queues', () => {
    // Each is part of a module.
    const guarded = (type: string) =>
      all(type)
        .map(({ module_address: module }) => module)
        .sort()
    const buckets = [
      ...['module.failures_bucket["followups"]', 'module.failures_bucket["stream"]', 'module.files_bucket'],
      'module.logs_bucket[0]',
    ]

    test('are four, with a queue', () => {
      expect(guarded('aws_s3_bucket')).toEqual(buckets)
      expect(all('aws_sqs_queue')).toHaveLength(1)
    })

    test('are encrypted', () => {
      expect(guarded('aws_s3_bucket_server_side_encryption_configuration')).toEqual(buckets)
      expect(after('aws_sqs_queue').map((queue) => queue.sqs_managed_sse_enabled)).toEqual([true])
      // DynamoDB always encrypts. Here it uses a key that AWS owns, which is free.
      expect(after('aws_dynamodb_table')).toMatchObject([{ server_side_encryption: [{ enabled: false }] }])
    })

    test('are closed to the public', () => {
      expect(guarded('aws_s3_bucket_public_access_block')).toEqual(buckets)
      for (const block of after('aws_s3_bucket_public_access_block')) {
        expect(block).toMatchObject({
          block_public_acls: true,
          block_public_policy: true,
          ignore_public_acls: true,
          restrict_public_buckets: true,
        })
      }
      expect(guarded('aws_s3_bucket_ownership_controls')).toEqual(buckets)
      for (const controls of after('aws_s3_bucket_ownership_controls')) {
        expect(controls).toMatchObject({ rule: [{ object_ownership: 'BucketOwnerEnforced' }] })
      }
      for (const type of ['aws_s3_bucket_acl', 'aws_lambda_function_url']) expect(all(type)).toEqual([])
    })

    test('are joined by a queue that accepts TLS only, and from nobody of another account', () => {
      const policies = after('aws_sqs_queue_policy').map(({ policy }) => JSON.parse(policy as string) as object)
      expect(policies).toEqual([
        {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'TlsOnly',
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              Resource: `arn:aws:sqs:us-east-1:${ACCOUNT}:tabletalk-object-created-dlq`,
            },
          ],
        },
      ])
    })

    test('speak TLS only, and their policies allow nobody anything but S3 to write logs of the files', () => {
      expect(guarded('aws_s3_bucket_policy')).toEqual(buckets)
      for (const { module_address: module, change } of all('aws_s3_bucket_policy')) {
        const { Statement } = JSON.parse(change.after?.policy as string) as { Statement: unknown[] }
        expect(Statement[0]).toMatchObject({
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        })
        expect(Statement.slice(1)).toEqual(module === 'module.logs_bucket[0]' ? [logDelivery] : [])
      }
    })

    test('keep logs of the files for as long as other logs', () => {
      expect(all('aws_s3_bucket_logging')).toMatchObject([{ change: { after: { target_prefix: 'files/' } } }])
      const lifecycle = all('aws_s3_bucket_lifecycle_configuration').find(({ name }) => name === 'logs')
      expect(lifecycle?.change.after?.rule).toMatchObject([{ expiration: [{ days: 30 }], status: 'Enabled' }])
    })

    test('forget uploads that were never completed, and exports', () => {
      const { pending, exports } = stack.bucket
      const lifecycle = all('aws_s3_bucket_lifecycle_configuration').find(({ name }) => name === 'files')
      expect(lifecycle?.change.after?.rule).toMatchObject([
        {
          expiration: [{ days: pending.expireAfterDays }],
          noncurrent_version_expiration: [{ noncurrent_days: pending.deleteNoncurrentAfterDays }],
          filter: [{ and: [{ prefix: pending.prefix, tags: { [pending.tag.key]: pending.tag.value } }] }],
          status: 'Enabled',
        },
        {
          abort_incomplete_multipart_upload: [{ days_after_initiation: 1 }],
          expiration: [{ expired_object_delete_marker: true }],
          noncurrent_version_expiration: [],
          status: 'Enabled',
        },
        {
          expiration: [{ days: exports.expireAfterDays }],
          noncurrent_version_expiration: [{ noncurrent_days: 1 }],
          filter: [{ prefix: exports.prefix }],
          status: 'Enabled',
        },
      ])
    })

    test('keep versions of files, and tell a function only of what a form has brought', () => {
      const of = (type: string) => all(type).filter(({ name }) => name === 'files')
      expect(of('aws_s3_bucket_versioning').map(({ change }) => change.after)).toMatchObject([
        { versioning_configuration: [{ status: 'Enabled' }] },
      ])
      expect(of('aws_s3_bucket_notification').map(({ change }) => change.after)).toMatchObject([
        { lambda_function: [{ events: ['s3:ObjectCreated:Post'], filter_prefix: 'rooms/' }] },
      ])
    })
  })

  describe('the wiring', () => {
    test('lets a service invoke a function for this API and this bucket only', () => {
      const permissions = all('aws_lambda_permission')
      const bucket = permissions.find(({ name }) => name === 'bucket')
      expect(bucket?.change.after).toMatchObject({
        principal: 's3.amazonaws.com',
        source_account: ACCOUNT,
        source_arn: FILES,
      })
      for (const { name, change } of permissions) {
        if (name === 'bucket') continue
        // Known only when the API exists, but never missing.
        expect(change.after_unknown, name).toMatchObject({ source_arn: true })
      }
    })

    test('calls the janitor by the clock, once at a time, and repeats no call', () => {
      expect(after('aws_cloudwatch_event_rule')).toMatchObject([{ schedule_expression: 'rate(5 minutes)' }])
      const permission = all('aws_lambda_permission').find(({ name }) => name === 'schedule')
      expect(permission?.change.after).toMatchObject({ principal: 'events.amazonaws.com' })
      const janitor = all('aws_lambda_function').find(({ index }) => index === 'janitor')
      expect(janitor?.change.after).toMatchObject({ timeout: 300 })
      const repeats = all('aws_lambda_function_event_invoke_config').find(({ name }) => name === 'schedule')
      expect(repeats?.change.after).toMatchObject({ maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 })
    })

    test('tells each function its settings and no others', () => {
      const told = Object.fromEntries(
        all('aws_lambda_function').map(({ index = '', change }) => {
          const [environment] = change.after?.environment as { variables?: Record<string, string> }[]
          return [index, Object.keys(environment?.variables ?? {}).filter((name) => !name.startsWith('POWERTOOLS_'))]
        }),
      )
      expect(told).toMatchObject({
        authorizer: ['JWKS_URL', 'JWT_AUDIENCE', 'JWT_ISSUER'],
        connect: ['ALLOWED_ORIGINS', 'TABLE_CLIENT', 'TABLE_NAME'],
        default: [],
        sendMessage: [
          'CHOSEN_ROOM_IDS',
          'DEFAULT_ROOM_ACCESS',
          'DIRECT_MESSAGES',
          'MAX_USER_CONNECTIONS',
          'MAX_USER_ROOMS',
          'RATE_LIMITS',
          'ROOM_CREATION',
          'SEND_RATE_LIMIT',
          'TABLE_CLIENT',
          'TABLE_NAME',
        ],
        janitor: ['FILES_BUCKET', 'JANITOR_WRITES_PER_SECOND', 'TABLE_CLIENT', 'TABLE_NAME'],
        serverAuthorizer: ['JWKS_URL', 'JWT_AUDIENCE', 'JWT_ISSUER'],
        handleFileUpload: [
          'CHOSEN_ROOM_IDS',
          'DEFAULT_ROOM_ACCESS',
          'DIRECT_MESSAGES',
          'FILES_BUCKET',
          'MAX_FILE_BYTES',
          'MAX_PENDING_UPLOADS',
          'MAX_PENDING_UPLOAD_BYTES',
          'MAX_ROOM_MEMBERS',
          'MAX_USER_CONNECTIONS',
          'MAX_USER_ROOMS',
          'RATE_LIMITS',
          'ROOM_CREATION',
          'SEND_RATE_LIMIT',
          'TABLE_CLIENT',
          'TABLE_NAME',
        ],
      })
    })

    test('names with its Region what the account has once for all Regions', () => {
      const unique = [
        ...after('aws_iam_role').map(({ name }) => name),
        ...after('aws_cloudwatch_dashboard').map((dashboard) => dashboard.dashboard_name),
        ...after('aws_s3_bucket').map(({ bucket }) => bucket),
      ]
      expect(unique).toHaveLength(names.length + 5)
      for (const name of unique) expect(name).toMatch(/-us-east-1$/)
    })

    test('deploys again when a route, its response, an integration or the authorizer changes', () => {
      expect(expressionsOf('aws_apigatewayv2_deployment.this').triggers?.references).toEqual(
        expect.arrayContaining([
          'aws_apigatewayv2_authorizer.this',
          'aws_apigatewayv2_integration.this',
          'aws_apigatewayv2_route.this',
          'aws_apigatewayv2_route_response.this',
        ]),
      )
    })

    test('keeps failed records whole, and events of the bucket that failed', () => {
      const { destination_config: destination } = expressionsOf('aws_lambda_event_source_mapping.reader')
      expect(JSON.stringify(destination)).toContain('"module.failures_bucket"')
      for (const name of ['stream', 'followups'] as const) {
        const mapping = all('aws_lambda_event_source_mapping').find(({ index }) => index === name)
        expect(mapping?.change.after).toMatchObject({
          bisect_batch_on_function_error: stack[name].bisectBatchOnFunctionError,
          maximum_retry_attempts: stack[name].maximumRetryAttempts,
          maximum_record_age_in_seconds: stack[name].maximumRecordAgeInSeconds,
          maximum_batching_window_in_seconds: stack[name].maximumBatchingWindowInSeconds,
          batch_size: stack[name].batchSize,
          parallelization_factor: stack[name].parallelizationFactor,
          starting_position: stack[name].startingPosition,
        })
      }
      expect(all('aws_lambda_event_source_mapping')).toHaveLength(2)
      expect(all('aws_lambda_function_event_invoke_config')).toHaveLength(2)
    })

    test('keeps an upload, its row and its object for as long as its event may be replayed', () => {
      const [queue] = after('aws_sqs_queue')
      const [invocation] = after('aws_lambda_function_event_invoke_config')
      const seconds = Number(queue?.message_retention_seconds) + Number(invocation?.maximum_event_age_in_seconds)
      expect(PENDING_DAYS * DAY_SECONDS).toBeGreaterThan(seconds)
      expect(stack.bucket.pending).toMatchObject({
        expireAfterDays: PENDING_DAYS,
        deleteNoncurrentAfterDays: PENDING_DAYS,
      })
    })

    test('never lets Lambda filter metrics, which are lines without a level', () => {
      for (const { index, change } of all('aws_lambda_function')) {
        expect(change.after?.logging_config, index).toMatchObject([
          { application_log_level: 'INFO', system_log_level: 'INFO', log_format: 'JSON' },
        ])
      }
    })

    test('watches and shows metrics that the functions write, and no other of its own', () => {
      const alarms = after('aws_cloudwatch_metric_alarm') as unknown as Alarm[]
      const watched = alarms.flatMap((alarm) => [alarm, ...(alarm.metric_query ?? []).flatMap(({ metric }) => metric)])
      // An alarm on several metrics is charged for each of them.
      expect(watched.filter(({ metric_name: name }) => name !== null)).toHaveLength(IDLE.alarmMetrics)
      expect(OWN_METRICS).toHaveLength(IDLE.ownMetrics)
      const own = watched.filter(({ namespace }) => namespace === 'Tabletalk/tabletalk')
      const named = own.map(({ metric_name: name, dimensions }) => {
        const values = Object.entries(dimensions ?? {}).map(([key, value]) => `${key}=${value}`)
        return [name, ...values.sort()].join(' ')
      })
      expect(new Set(named)).toEqual(
        new Set([
          ...['PostsThrottled', 'PostsFailed', 'PostsDelivered', 'DeliveryLatency'].map((n) => `${n} service=fan-out`),
          'ConnectsRefused service=connect',
        ]),
      )
      for (const name of named) expect(OWN_METRICS).toContain(name)
    })

    test.each<[alarm: string, when: string, metrics: Record<string, number>, raised: boolean]>([
      ['nothing-delivered', 'the mapping is disabled, so that the stream has no age', { sends: 3 }, true],
      ['nothing-delivered', 'every post fails', { sends: 9, batches: 9, failed: 3 }, true],
      ['nothing-delivered', 'some posts fail', { sends: 9, batches: 9, failed: 3, delivered: 1 }, false],
      ['nothing-delivered', 'messages are delivered', { sends: 9, batches: 2, delivered: 9 }, false],
      ['nothing-delivered', 'a message is under way', { sends: 1 }, false],
      ['nothing-delivered', 'nobody chats', {}, false],
      ['server-errors', 'functions fail', { failed: 6 }, true],
      ['server-errors', 'connections are refused for bad tokens', { failed: 500, refused: 500 }, false],
      ['server-errors', 'some functions fail, and connections are refused', { failed: 506, refused: 500 }, true],
      ['server-errors', 'all is well', {}, false],
      ['stream-failures', 'a batch is stored for replay', { stored: 1 }, true],
      ['stream-failures', 'a record is dropped', { dropped: 1 }, true],
      ['stream-failures', 'all is well', {}, false],
      ['followup-failures', 'a batch is stored for replay', { stored: 1 }, true],
      ['table-throttled', 'writes are refused', { writes: 1 }, true],
      ['table-throttled', 'all is well', {}, false],
    ])('%s, when %s, with %o: %s', (name, _, metrics, raised) => {
      const alarms = after('aws_cloudwatch_metric_alarm') as unknown as Alarm[]
      const alarm = alarms.find(({ alarm_name: full }) => full === `tabletalk-${name}`)!
      const result = alarm.metric_query.find(({ expression }) => expression)
      const ids = alarm.metric_query.filter(({ expression }) => !expression).map(({ id }) => id)
      expect(ids).toEqual(expect.arrayContaining(Object.keys(metrics)))
      const nobodyWrote = Object.fromEntries(ids.map((id) => [id, undefined]))
      expect(evaluate(result!.expression!, { ...nobodyWrote, ...metrics }) > alarm.threshold).toBe(raised)
      // With a value for each metric, none is missing.
      expect(alarm.treat_missing_data).toBe('notBreaching')
    })

    test('tells with each alarm which paragraph of operations.md says what to do', async () => {
      const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
      const [, section = ''] = /^## Alarms$(.*?)^## /ms.exec(page) ?? []
      const paragraphs = new Set([...section.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)))
      const linked = new Set<string | undefined>()
      const alarms = after('aws_cloudwatch_metric_alarm') as unknown as Alarm[]
      expect(alarms.length).toBeGreaterThan(names.length + 10)
      for (const { alarm_name: name, alarm_description: description } of alarms) {
        const [, anchor] = / docs\/operations\.md#([a-z-]+)$/.exec(description) ?? []
        expect(paragraphs, name).toContain(anchor)
        linked.add(anchor)
        expect(description.length, name).toBeLessThanOrEqual(1_024)
      }
      // This plan has neither webhooks nor an archive of logs.
      expect(linked.add('webhook-dead-letters').add('log-archive-late')).toEqual(paragraphs)
    })

    test('logs neither tokens nor bodies', () => {
      const stages = new Map(all('aws_apigatewayv2_stage').map(({ name, change }) => [name, change.after]))
      expect(stages.get('this')).toMatchObject({
        default_route_settings: [{ data_trace_enabled: false, logging_level: 'OFF' }],
      })
      expect([...stages.keys()].sort()).toEqual(['server', 'this'])
      for (const stage of stages.values()) {
        const [{ format }] = stage?.access_log_settings as [{ format: string }]
        const variables = Object.values(JSON.parse(format) as Record<string, string>)
        expect(variables).toContain('$context.routeKey')
        for (const variable of variables) {
          expect(variable).not.toMatch(/body|token|querystring|requestpath|path$|header|userAgent|sourceIp/i)
        }
      }
    })

    test('leaves posts half of the account’s requests, whatever comes in at once on all routes', () => {
      const stages = new Map(
        all('aws_apigatewayv2_stage').map(({ name, change }) => [name, change.after as unknown as Stage]),
      )
      const { route_settings: own, default_route_settings: rest } = stages.get('this')!
      for (const route of [...own, ...rest]) {
        expect(route).toMatchObject({
          detailed_metrics_enabled: false,
          logging_level: 'OFF',
          data_trace_enabled: false,
        })
      }
      const settingsOf = (route: string) => own.find(({ route_key: key }) => key === route) ?? rest[0]!
      const together = (limit: 'throttling_rate_limit' | 'throttling_burst_limit') =>
        [...Object.keys(stack.routes).map(settingsOf), ...stages.get('server')!.default_route_settings].reduce(
          (sum, settings) => sum + settings[limit],
          0,
        )
      // Quotas of the account: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
      expect(together('throttling_rate_limit')).toBeLessThanOrEqual(10_000 / 2)
      expect(together('throttling_burst_limit')).toBeLessThanOrEqual(5_000)
      expect(settingsOf('$connect')).toMatchObject({ throttling_rate_limit: 70 })
      expect(settingsOf('sendMessage').throttling_rate_limit).toBeGreaterThanOrEqual(1_000)
    })

    test('keeps executions for deliveries and for the authorizer, by the quota that AWS tells', () => {
      const reserved = all('aws_lambda_function').map(({ index, change }) => [
        index,
        change.after?.reserved_concurrent_executions,
      ])
      expect(reserved.filter(([, executions]) => executions !== -1)).toEqual([
        ['authorizer', 50],
        ['janitor', 1],
        ['streams', 100],
      ])
    })

    test('guards the table against deletion and loss', () => {
      expect(after('aws_dynamodb_table')).toMatchObject([
        {
          billing_mode: 'PAY_PER_REQUEST',
          deletion_protection_enabled: true,
          hash_key: stack.table.hashKey,
          range_key: stack.table.rangeKey,
          stream_view_type: stack.table.streamViewType,
          on_demand_throughput: [{ max_read_request_units: 20_000, max_write_request_units: 10_000 }],
          point_in_time_recovery: [{ enabled: true }],
          ttl: [{ attribute_name: stack.table.ttlAttribute, enabled: true }],
        },
      ])
    })
  })
})
