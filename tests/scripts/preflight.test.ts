import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { type Account, lacksOf, type Wanted } from '../../scripts/preflight/lacks.ts'

const wanted: Wanted = {
  name: 'tabletalk',
  access_logs: true,
  api_gateway_account: false,
  reserved_concurrency: { streams: 100, authorizer: 50 },
  account_requests_per_second: 10_000,
}
const theirs = 'arn:aws:iam::123456789012:role/another-team'
const account: Account = { loggingRoleArn: theirs, concurrency: 1_000, requestsPerSecond: 10_000 }
const fresh: Account = { concurrency: 10, requestsPerSecond: 2_500 }

const found = (more: Partial<Wanted>, of: Account) =>
  lacksOf({ ...wanted, ...more }, of).map(({ stops, what }) => [stops, what.split(/[,:]/)[0]])

test('an account that has everything lacks nothing', () => {
  expect(lacksOf(wanted, account)).toEqual([])
})

test('a new account lacks the role for logs, executions and requests', () => {
  expect(found({}, fresh)).toEqual([
    [true, 'API Gateway has no role to write logs in this account and Region'],
    [false, 'the account runs 10 functions at once'],
    [true, 'API Gateway takes 2500 requests a second here'],
  ])
})

test('without access logs, reservations and with the Region’s quota it lacks nothing', () => {
  const modest = { access_logs: false, reserved_concurrency: {}, account_requests_per_second: 2_500 }
  expect(found(modest, fresh)).toEqual([])
})

test('the stack’s own role for logs is no other team’s', () => {
  const setting = { api_gateway_account: true }
  expect(found(setting, account)).toEqual([[true, `API Gateway writes logs with arn`]])
  const own = { ...account, loggingRoleArn: 'arn:aws:iam::123456789012:role/tabletalk-api-gateway-logs-eu-central-1' }
  expect(found(setting, own)).toEqual([])
  expect(found(setting, { concurrency: 1_000, requestsPerSecond: 10_000 })).toEqual([])
})

test('what it looks at are variables of the stack', async () => {
  const folder = new URL('../../terraform/', import.meta.url)
  const text = await Promise.all(
    ['variables.tf', 'concurrency.tf'].map((file) => readFile(new URL(file, folder), 'utf8')),
  )
  for (const name of Object.keys(wanted)) expect(text.join('\n')).toContain(`variable "${name}" {`)
})
