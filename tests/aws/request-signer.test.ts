import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Credentials } from '../../src/aws/credentials.ts'
import { encoded, RequestSigner } from '../../src/aws/request-signer.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com'
const CONTENT_TYPE = 'application/octet-stream'

interface Post {
  path: string
  body: Uint8Array
  credentials: Credentials
  region: string
}

/** Returns the headers that the SDK's signer gives the same post. */
async function bySdk({ path, body, credentials, region }: Post): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 })
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname: HOST,
    path,
    query: {},
    headers: { host: HOST, 'content-type': CONTENT_TYPE },
    body,
  })
  return headers
}

const connectionId = fc.oneof(
  fc.base64String({ minLength: 16, maxLength: 16 }),
  fc.string({
    unit: fc.constantFrom('=', '+', '/', 'L', 'x', '9', '-', '_', '%', '~', "'", '(', '*', ' '),
    minLength: 1,
  }),
  fc.string({ unit: 'grapheme', minLength: 1 }),
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc.string({ unit: 'grapheme' }).map((content) => new TextEncoder().encode(JSON.stringify({ content }))),
)
// Few of each, so that a signing key is sometimes reused and sometimes made anew.
const credentials = fc.record(
  {
    accessKeyId: fc.constantFrom('AKIDEXAMPLE', 'ASIAEXAMPLE'),
    secretAccessKey: fc.constantFrom('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'another/secret+'),
    sessionToken: fc.base64String({ minLength: 4, maxLength: 800 }),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
)
const moment = fc
  .tuple(fc.constantFrom('2026-02-28', '2026-03-01'), fc.integer({ min: 0, max: 86_399_999 }))
  .map(([day, ms]) => Date.parse(day) + ms)

test("a thousand random posts carry the very headers that the SDK's signer gives them", async () => {
  const signer = new RequestSigner('execute-api', HOST, CONTENT_TYPE)
  let runs = 0
  const one = fc.asyncProperty(
    connectionId.filter((id) => id !== '.' && id !== '..'),
    body,
    credentials,
    fc.constantFrom('eu-west-1', 'us-east-1'),
    moment,
    async (id, body, credentials, region, now) => {
      vi.setSystemTime(now)
      const post = { path: `/prod/@connections/${encoded(id)}`, body, credentials, region }
      const { 'content-length': length, ...headers } = signer.headers(
        { path: post.path, body, now },
        credentials,
        region,
      )
      expect(headers).toEqual(await bySdk(post))
      expect(length).toBe(String(body.length))
      runs++
    },
  )
  await fc.assert(one, { numRuns: 1_000 })
  expect(runs).toBe(1_000)
})

test('a frame for many recipients is hashed once for each body, and another body gets its own hash', () => {
  const signer = new RequestSigner('execute-api', HOST, CONTENT_TYPE)
  const sign = (body: Uint8Array) =>
    signer.headers(
      { path: '/prod/@connections/a', body, now: 0 },
      { accessKeyId: 'a', secretAccessKey: 'b' },
      'eu-west-1',
    )
  const [one, other] = [Buffer.from('one'), Buffer.from('two')]
  expect(sign(one)).toEqual(sign(one))
  expect(sign(other)['x-amz-content-sha256']).not.toBe(sign(one)['x-amz-content-sha256'])
})

test.each([
  ['Lx9bcfQkIAMCEAA=', 'Lx9bcfQkIAMCEAA%3D'],
  ['a+b/c=', 'a%2Bb%2Fc%3D'],
  ["!'()*~", '%21%27%28%29%2A~'],
])('%s goes over the wire as %s', (id, onTheWire) => {
  expect(encoded(id)).toBe(onTheWire)
})
