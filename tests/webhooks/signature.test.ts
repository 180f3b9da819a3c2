import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signatureOf } from '../../src/webhooks/signature.ts'

const secretOf = (bytes: number, fill = 'k') => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`
const message = { id: 'general#7#0', timestamp: Math.floor(Date.now() / 1_000), body: '{"type":"message.sent"}' }
const headersOf = (signature: string) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': signature,
})

test.each([24, 64])(
  'a signature by a key of %i bytes is what the reference library takes, and no other body',
  (bytes) => {
    const secret = secretOf(bytes)
    const headers = headersOf(signatureOf(message, secret))
    expect(new Webhook(secret).verify(message.body, headers)).toEqual({ type: 'message.sent' })
    expect(() => new Webhook(secret).verify('{"type":"message.gone"}', headers)).toThrow('No matching signature')
  },
)

test('while a secret is replaced, all is signed with both', () => {
  const [old, next] = [secretOf(24, 'a'), secretOf(32, 'b')]
  const headers = headersOf(signatureOf(message, `${old}\n${next}\n`))
  for (const secret of [old, next]) expect(() => new Webhook(secret).verify(message.body, headers)).not.toThrow()
})

test.each(['', 'a password', secretOf(23), secretOf(65)])(
  'the secret %j signs nothing, and is in no error',
  (secret) => {
    const sign = () => signatureOf(message, `${secretOf(24)} ${secret || '!'}`)
    expect(sign).toThrow('unable to sign; the secret is not whsec_ and base64 of 24 to 64 bytes')
  },
)
