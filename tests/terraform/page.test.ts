import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Plan, planFromNothing } from '../../scripts/terraform-check/plan.ts'
import { makeWorkspace, type Workspace } from '../../scripts/terraform-check/workspace.ts'
import { contentSecurityPolicy } from '../../web/content-security-policy.ts'
import { deployedBundles } from '../support/deployed-bundles.ts'

const workspace = await makeWorkspace(await deployedBundles())
if (typeof workspace === 'string') process.stderr.write(`SKIPPED the plan of the page: ${workspace}\n`)

const FILES = 'https://tabletalk-files-123456789012-us-east-1.s3.us-east-1.amazonaws.com'
const certificate = (id: string) => `arn:aws:acm:us-east-1:123456789012:certificate/${id}`

describe.skipIf(typeof workspace === 'string')('the plan from nothing, with the page and domains', () => {
  let plan: Plan
  beforeAll(async () => {
    plan = await planFromNothing(workspace as Workspace, {
      domain_name: 'chat-api.example.com',
      certificate_arn: certificate('api'),
      page: {
        sign_in: { kind: 'tokenUrl', url: 'https://login.example.com/token?for=chat', sign_in_url: '/in' },
        domain_name: 'page.example.com',
        certificate_arn: certificate('page'),
        hosted_zone_id: 'Z0000000000000',
        image_origins: ['https://people.example.com'],
        push_url: 'https://push.example.com/subscriptions',
        brand: { name: 'Acme Chat', colours: { accent: '#0f766e' } },
      },
    })
  })
  afterAll(() => (workspace as Workspace).close())

  const all = (type: string) =>
    plan.resource_changes.filter(
      (resource) => resource.type === type && resource.module_address?.startsWith('module.page[0]'),
    )
  const only = (type: string) => all(type).map(({ change }) => change.after ?? {})[0]

  test('has the policy that the page was built for, for the API, the bucket and the tokens', () => {
    const [headers] = only('aws_cloudfront_response_headers_policy')?.security_headers_config as object[]
    expect(headers).toMatchObject({
      content_security_policy: [
        {
          content_security_policy: contentSecurityPolicy({
            connect: ['wss://chat-api.example.com', FILES, 'https://login.example.com', 'https://push.example.com'],
            images: [FILES],
            faces: ['https://people.example.com'],
          }),
          override: true,
        },
      ],
      content_type_options: [{ override: true }],
      frame_options: [{ frame_option: 'DENY', override: true }],
      referrer_policy: [{ referrer_policy: 'no-referrer', override: true }],
      strict_transport_security: [{ access_control_max_age_sec: 63_072_000, override: true }],
    })
  })

  test('tells the page where to connect and how to sign in', () => {
    const config = all('aws_s3_object').find(({ name }) => name === 'config')?.change.after
    expect(JSON.parse(config?.content as string)).toEqual({
      url: 'wss://chat-api.example.com',
      signIn: { kind: 'tokenUrl', url: 'https://login.example.com/token?for=chat', signInUrl: '/in' },
      imageOrigins: ['https://people.example.com'],
      pushUrl: 'https://push.example.com/subscriptions',
      brand: { name: 'Acme Chat', colours: { accent: '#0f766e' } },
    })
  })

  test('serves by HTTP/2 and 3 and TLS only, and answers nothing but files of the page', () => {
    expect(only('aws_cloudfront_distribution')).toMatchObject({
      aliases: ['page.example.com'],
      http_version: 'http2and3',
      default_root_object: 'index.html',
      custom_error_response: [],
      ordered_cache_behavior: [],
      default_cache_behavior: [
        { viewer_protocol_policy: 'redirect-to-https', allowed_methods: ['GET', 'HEAD'], compress: true },
      ],
      viewer_certificate: [
        {
          acm_certificate_arn: certificate('page'),
          minimum_protocol_version: 'TLSv1.2_2021',
          ssl_support_method: 'sni-only',
        },
      ],
    })
    expect(all('aws_route53_record').map(({ change }) => change.after?.type)).toEqual(['A', 'AAAA'])
  })

  test('keeps assets for good and asks for the rest anew, each as what it is', () => {
    const kept = Object.fromEntries(
      all('aws_s3_object').map(({ change: { after } }) => [
        after?.key as string,
        [after?.content_type, after?.cache_control],
      ]),
    )
    expect(kept).toEqual({
      'assets/LICENSE': ['application/octet-stream', 'public, max-age=31536000, immutable'],
      'assets/index-0a1b2c3d.js.map': ['application/json', 'public, max-age=31536000, immutable'],
      'assets/index-0a1b2c3d.css': ['text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
      'assets/index-0a1b2c3d.js': ['text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      'config.json': ['application/json', 'no-cache'],
      'index.html': ['text/html; charset=utf-8', 'no-cache'],
    })
  })

  test('has a private, encrypted bucket, which only the distribution reads', () => {
    expect(only('aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    })
    expect(all('aws_s3_bucket_server_side_encryption_configuration')).toHaveLength(1)
    expect(only('aws_cloudfront_origin_access_control')).toMatchObject({
      origin_access_control_origin_type: 's3',
      signing_behavior: 'always',
    })
  })

  test('has its requests logged, by CloudFront alone and without query', () => {
    const logs = plan.resource_changes.find(
      ({ type, module_address: module }) => type === 'aws_s3_bucket_policy' && module === 'module.logs_bucket[0]',
    )
    const { Statement } = JSON.parse(logs?.change.after?.policy as string) as { Statement: object[] }
    expect(Statement).toContainEqual({
      Sid: 'LogsOfPage',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::tabletalk-logs-123456789012-us-east-1/AWSLogs/123456789012/CloudFront/*',
      Condition: {
        ArnLike: { 'aws:SourceArn': 'arn:aws:logs:us-east-1:123456789012:delivery-source:*' },
        StringEquals: { 'aws:SourceAccount': '123456789012', 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    })
    const delivery = plan.resource_changes.find(({ type }) => type === 'aws_cloudwatch_log_delivery')
    expect(delivery?.change.after?.record_fields).not.toContain('cs-uri-query')
  })

  test('names with its Region what CloudFront has once for all Regions', () => {
    const name = 'tabletalk-page-123456789012-us-east-1'
    expect(only('aws_cloudfront_origin_access_control')).toMatchObject({ name })
    expect(only('aws_cloudfront_response_headers_policy')).toMatchObject({ name })
  })

  test('lets the page connect and upload', () => {
    const connect = plan.resource_changes.find(({ address }) => address === 'aws_lambda_function.this["connect"]')
    expect(connect?.change.after?.environment).toMatchObject([
      { variables: { ALLOWED_ORIGINS: 'https://chat.example.com,https://page.example.com' } },
    ])
    const cors = plan.resource_changes.find(({ type }) => type === 'aws_s3_bucket_cors_configuration')
    expect(cors?.change.after?.cors_rule).toMatchObject([
      { allowed_origins: ['https://chat.example.com', 'https://page.example.com'] },
    ])
  })
})
