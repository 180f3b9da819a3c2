import { expect, test } from 'vitest'
import { checkHealth } from '../../local/health.ts'

test('is ok when every part answers', async () => {
  expect(await checkHealth({ one: async () => 1, two: async () => undefined })).toEqual({
    status: 'ok',
    parts: { one: 'ok', two: 'ok' },
  })
})

test('names the part that fails and the one that does not answer', async () => {
  const checks = {
    good: async () => {},
    bad: () => Promise.reject(new Error('out of order')),
    silent: () => new Promise(() => {}),
  }
  expect(await checkHealth(checks, 10)).toEqual({
    status: 'failing',
    parts: { good: 'ok', bad: 'out of order', silent: 'no answer in 10 ms' },
  })
})
