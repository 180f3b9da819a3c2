import type { EventBridgeEvent } from 'aws-lambda'
import { signatureOf } from './signature.ts'
import { secretOf } from './secrets.ts'
import type { Webhook } from './webhooks.ts'

/** How long a webhook may take to respond, in milliseconds. */
const TIMEOUT_MS = 10_000

/** The webhook did not accept the event: it is down, slow, or returned a status other than 2xx. */
export class Undelivered extends Error {
  override name = 'Undelivered'
}

type BusEnvelope = EventBridgeEvent<string, { id: string; at: number }>

/**
 * Posts one event according to Standard Webhooks. Every attempt has the same id, and the time of that attempt.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param text the event as EventBridge puts it into the queue
 * @throws Undelivered when the webhook did not accept it; Error when there is no secret to sign it with
 */
export async function deliver(text: string, { url, secretArn }: Webhook, now: number): Promise<void> {
  const { 'detail-type': type, detail } = JSON.parse(text) as BusEnvelope
  const body = JSON.stringify({ type, timestamp: new Date(detail.at).toISOString(), data: detail })
  const timestamp = Math.floor(now / 1_000)
  const secret = await secretOf(secretArn, now)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'tabletalk',
    'webhook-id': detail.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureOf({ id: detail.id, timestamp, body }, secret),
  }
  await post(url, { method: 'POST', headers, body, redirect: 'manual' })
}

async function post(url: string, request: RequestInit): Promise<void> {
  let status: number
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) })
    status = response.status
    await response.body?.cancel()
  } catch (error) {
    const { cause, message } = error as Error
    throw new Undelivered(`unable to post; ${cause instanceof Error ? cause.message : message}`)
  }
  if (status < 200 || status > 299) throw new Undelivered(`unable to post; it answered ${status}`)
}
