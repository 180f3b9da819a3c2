import type { Closable } from '../../local/contracts.ts'
import { type Call, type Passing, startDynamoDbProxy } from '../../local/dynamodb/proxy.ts'

export type Fault = Passing

/** A DynamoDB that fails when a test wants it to. It passes everything else on. */
export interface FaultyDynamoDb extends Closable {
  endpoint: string
  /** Called for every call. Set it to `undefined` to end the faults. */
  fault: ((call: Call) => Fault | Promise<Fault>) | undefined
}

/** Returns what DynamoDB responds when it refuses a call. */
export const refusal = (status: number, name: string): Fault => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `a ${name}, because a test wants it` },
})

/** @param target the endpoint of the DynamoDB that processes the calls */
export async function startFaultyDynamoDb(target: string): Promise<FaultyDynamoDb> {
  const started = await startDynamoDbProxy({ endpoint: target, pass: (call) => proxy.fault?.(call) })
  const proxy: FaultyDynamoDb = { ...started, fault: undefined }
  return proxy
}
