import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { Moto } from './moto.ts'
import { plan, type ResourceChange } from './plan.ts'
import type { Workspace } from './workspace.ts'

// What moto 5.2.1 can't do, and is left out of the rehearsal only. It is validated, planned and tested all the same.

const OVERRIDE = `
provider "aws" {
  s3_use_path_style = true
}

# moto answers 404 to CreateDeployment's reads.
resource "aws_apigatewayv2_deployment" "this" {
  count = 0
}

resource "aws_apigatewayv2_stage" "this" {
  deployment_id = null
}

# moto keeps a filter of prefix and tag, but gives it back in a form that the provider doesn't recognize, and waits for.
resource "aws_s3_bucket_lifecycle_configuration" "files" {
  count = 0
}
`

const PAGE_OVERRIDE = `
# moto passes over the conditions of a bucket's policy, so that the one about TLS keeps everybody from its objects.
resource "aws_s3_object" "asset" {
  for_each = {}
}

resource "aws_s3_object" "entry" {
  for_each = {}
}

resource "aws_s3_object" "config" {
  count = 0
}

# moto knows distributions, which it makes at once, but no policy of response headers.
resource "aws_cloudfront_response_headers_policy" "this" {
  count = 0
}

resource "aws_cloudfront_distribution" "this" {
  wait_for_deployment = false

  default_cache_behavior {
    target_origin_id       = local.origin_id
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    compress               = true
    cache_policy_id        = local.caching_optimized
  }
}
`

/** Attributes that a second plan wants to change, by type of resource, and why. */
const KNOWN_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cloudfront_distribution: {
    default_cache_behavior: 'moto makes up what is forwarded, which a cache policy takes the place of',
    origin: 'moto drops the origin access control',
    viewer_certificate: 'moto makes up how a certificate is served that there is not',
  },
  aws_lambda_function: { logging_config: 'moto drops the configuration of a function’s logs' },
}

/** What was done, for people to read. @throws Error saying which part of the rehearsal went wrong */
export async function rehearse(workspace: Workspace, moto: Moto): Promise<string[]> {
  await workspace.add('rehearsal_override.tf', OVERRIDE)
  await workspace.add('modules/page/rehearsal_override.tf', PAGE_OVERRIDE)
  await workspace.add('rehearsal.auto.tfvars', 'deletion_protection = false\npage = {}\n')
  workspace.environment.AWS_ENDPOINT_URL = moto.endpoint
  const applied = await workspace.terraform('apply', '-auto-approve', '-input=false')
  const differences = secondPlan((await plan(workspace)).resource_changes)
  const table = await compareTable(moto)
  const destroyed = await workspace.terraform('destroy', '-auto-approve', '-input=false')
  return [lastLine(applied, 'Apply complete'), ...differences, table, lastLine(destroyed, 'Destroy complete')]
}

const lastLine = (output: string, beginning: string) =>
  output.split('\n').findLast((line) => line.startsWith(beginning)) ?? ''

function secondPlan(resources: ResourceChange[]): string[] {
  const changed = resources.filter(({ change }) => !change.actions.every((action) => action === 'no-op'))
  const known = new Map<string, number>()
  for (const { address, type, change } of changed) {
    const attributes = Object.keys({ ...change.before, ...change.after }).filter(
      (name) => JSON.stringify(change.before?.[name]) !== JSON.stringify(change.after?.[name]),
    )
    const unexplained = attributes.filter((name) => KNOWN_DIFFERENCES[type]?.[name] === undefined)
    if (change.actions.join() !== 'update' || unexplained.length > 0) {
      throw new Error(`unable to explain the second plan; ${address}: ${change.actions.join()} ${unexplained.join()}`)
    }
    for (const name of attributes) known.set(`${type}.${name}`, (known.get(`${type}.${name}`) ?? 0) + 1)
  }
  if (known.size === 0) return ['The second plan is empty.']
  return [...known].map(([attribute, times]) => {
    const [type = '', name = ''] = attribute.split('.')
    return `The second plan would change ${attribute} of ${times}: ${KNOWN_DIFFERENCES[type]?.[name]}.`
  })
}

/** The local runtime's own check of a table that it finds. */
async function compareTable(moto: Moto): Promise<string> {
  const { table } = loadStack()
  const client = new DynamoDBClient({
    endpoint: moto.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  })
  try {
    await createTable(client, table, table.name)
    return 'The deployed table is the one that the local runtime makes.'
  } finally {
    client.destroy()
  }
}
