import { expect, test } from 'vitest'
import { EXPORT_DAYS, EXPORTS_PREFIX, exportUrl } from '../../src/files/exports.ts'
import { loadStack } from '../../terraform/stack.ts'
import { credentialsEnvironment } from '../support/account.ts'

Object.assign(process.env, { AWS_REGION: 'us-east-1', ...credentialsEnvironment })

const DAY_MS = 24 * 60 * 60 * 1_000
const DONE_AT = 1_800_000_000_000

test('the bucket deletes exports when their links end', () => {
  expect(loadStack().bucket.exports).toEqual({ prefix: EXPORTS_PREFIX, expireAfterDays: EXPORT_DAYS })
})

test('an export has a link of an hour, until it is deleted', async () => {
  const url = new URL((await exportUrl('1800000000000-AAAAAAAA', DONE_AT, DONE_AT + 7 * DAY_MS - 1))!)
  expect(url.pathname).toMatch(/\/exports\/1800000000000-AAAAAAAA\.jsonl$/)
  expect(url.searchParams.get('X-Amz-Expires')).toBe('3600')
  expect(await exportUrl('1800000000000-AAAAAAAA', DONE_AT, DONE_AT + 7 * DAY_MS)).toBeUndefined()
})
