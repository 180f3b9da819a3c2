/**
 * `npm run preflight -- [--chdir terraform/root] PLAN`: reports what the account lacks for a plan that `terraform plan
 * -out=PLAN` has written, before it is applied. It needs Terraform and the AWS CLI, with the account and Region of the
 * plan. The exit status is 0 if the apply can begin, and 1 if it would fail half-way.
 */
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import { type Account, lacksOf, type Wanted } from './lacks.ts'

const run = promisify(execFile)

const { values, positionals } = parseArgs({
  options: { chdir: { type: 'string', default: 'terraform/root' } },
  allowPositionals: true,
})
const [plan] = positionals
if (plan === undefined) {
  console.error('usage: npm run preflight -- [--chdir terraform/root] PLAN')
  process.exit(1)
}

const options = { maxBuffer: 256 * 1024 * 1024 }
const { stdout } = await run('terraform', [`-chdir=${values.chdir}`, 'show', '-json', plan], options)
const { variables } = JSON.parse(stdout) as { variables: Record<string, { value: unknown }> }
const wanted = Object.fromEntries(Object.entries(variables).map(([name, { value }]) => [name, value]))

async function ask<T>(...args: string[]): Promise<T> {
  const { stdout } = await run('aws', [...args, '--region', String(wanted.region), '--output', 'json'])
  return JSON.parse(stdout) as T
}

const [gateway, lambda, rate] = await Promise.all([
  ask<{ cloudwatchRoleArn?: string }>('apigateway', 'get-account'),
  ask<{ AccountLimit: { UnreservedConcurrentExecutions: number } }>('lambda', 'get-account-settings'),
  // The quota "Throttle rate" of API Gateway.
  ask<{ Quota: { Value: number } }>(
    ...['service-quotas', 'get-service-quota', '--service-code', 'apigateway', '--quota-code', 'L-8A5B8E43'],
  ),
])
const account: Account = {
  ...(gateway.cloudwatchRoleArn ? { loggingRoleArn: gateway.cloudwatchRoleArn } : {}),
  concurrency: lambda.AccountLimit.UnreservedConcurrentExecutions,
  requestsPerSecond: rate.Quota.Value,
}

const lacks = lacksOf(wanted as unknown as Wanted, account)
for (const { stops, what } of lacks) console.log(`${stops ? 'STOPS' : 'warning'}: ${what}`)
if (lacks.length === 0) console.log('The account has what the stack needs.')
if (lacks.some(({ stops }) => stops)) process.exitCode = 1
