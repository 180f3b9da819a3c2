import { required, type Shape } from '../env.ts'

/** Where the events of one queue are posted to. */
export interface Webhook {
  url: string
  /** The ARN of the signing secret in Secrets Manager. */
  secretArn: string
  queueUrl: string
}

const shape: Shape<ReadonlyMap<string, Webhook>> = {
  expected: 'JSON: by the name of a queue, { "url", "secretArn", "queueUrl" }',
  parse: (value) => {
    try {
      const entries = Object.entries(JSON.parse(value) as Record<string, Partial<Webhook>>)
      const isWhole = entries.every(([, { url, secretArn, queueUrl }]) => url && secretArn && queueUrl)
      return isWhole ? new Map(entries as [string, Webhook][]) : undefined
    } catch {
      return undefined
    }
  },
}

/** The webhooks, by the name of their queue. */
export const webhooks = required('WEBHOOKS', shape)
