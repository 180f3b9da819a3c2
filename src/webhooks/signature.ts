import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/**
 * Returns the value of the header `webhook-signature`. Two secrets, each on its own line, make two signatures, because
 * the webhook may know either of them while a secret is being replaced.
 *
 * @param secret `whsec_` and base64 of 24 to 64 bytes, or the base64 alone
 * @throws Error when the secret has another form; the message does not contain the secret
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
