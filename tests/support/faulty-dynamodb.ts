import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Closable } from '../../local/contracts.ts'

/** An operation of DynamoDB, e.g. `PutItem`, and its input. */
interface Call {
  operation: string
  input: Record<string, unknown>
}

/**
 * What becomes of a call: an answer in DynamoDB's place, a broken socket before or after DynamoDB worked it, or
 * nothing.
 */
export type Fault = { status: number; body: unknown } | Part | 'drop' | 'dropAnswer' | undefined

/** DynamoDB works this input in place of the call's, and this is added to its answer. */
interface Part {
  input: Record<string, unknown>
  answer: object
}

/** A DynamoDB that fails when it is told to; everything else it hands on. */
export interface FaultyDynamoDb extends Closable {
  endpoint: string
  /** Asked for every call. Set to `undefined` to end the faults. */
  fault: ((call: Call) => Fault) | undefined
}

/** What DynamoDB answers when a call is refused. */
export const refusal = (status: number, name: string): Fault => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `a ${name}, because a test wants it` },
})

/** @param target the DynamoDB that works */
export async function startFaultyDynamoDb(target: string): Promise<FaultyDynamoDb> {
  const server = createServer((req, res) => {
    const answer = async () => {
      const body = await textOf(req)
      const operation = String(req.headers['x-amz-target']).split('.')[1] ?? ''
      const fault = proxy.fault?.({ operation, input: JSON.parse(body) as Record<string, unknown> })
      if (fault === 'drop') return req.socket.destroy()
      const part = typeof fault === 'object' && 'input' in fault ? fault : undefined
      if (typeof fault === 'object' && 'status' in fault) {
        return res.writeHead(fault.status, { 'content-type': TYPE }).end(JSON.stringify(fault.body))
      }
      const sent = part ? JSON.stringify(part.input) : body
      const { host: _host, connection: _connection, 'content-length': _length, ...headers } = req.headers
      const upstream = await fetch(target, { method: 'POST', headers: headers as Record<string, string>, body: sent })
      const answered = await upstream.text()
      const text = part ? JSON.stringify({ ...(JSON.parse(answered) as object), ...part.answer }) : answered
      if (fault === 'dropAnswer') return req.socket.destroy()
      return res.writeHead(upstream.status, { 'content-type': TYPE }).end(text)
    }
    answer().catch((error: unknown) => res.destroy(error as Error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: FaultyDynamoDb = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: undefined,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return proxy
}

const TYPE = 'application/x-amz-json-1.0'

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
