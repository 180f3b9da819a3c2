import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/**
 * The value of `webhook-signature`. Two secrets, one on each line, sign twice: while a secret is being replaced, the
 * webhook may know either.
 *
 * @param secret `whsec_` and base64 of 24 to 64 bytes, or base64 alone
 * @throws Error when it is neither; without the secret in its message
 */
export function signatureOf(
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
  secret: string,
): string {
  const signed = `${id}.${timestamp}.${body}`
  const secrets = secret.split(/\s+/).filter((one) => one !== '')
  return secrets.map((one) => `v1,${createHmac('sha256', keyOf(one)).update(signed).digest('base64')}`).join(' ')
}

const MIN_KEY_BYTES = 24
const MAX_KEY_BYTES = 64

function keyOf(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  const key = Buffer.from(text, 'base64')
  if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new Error('unable to sign; the secret is not whsec_ and base64 of 24 to 64 bytes')
  }
  return key
}
