import type { Closable } from '../../local/contracts.ts'
import { type Call, type Passing, startDynamoDbProxy } from '../../local/dynamodb/proxy.ts'

export type Fault = Passing

/** A DynamoDB that fails when it is told to; everything else it hands on. */
export interface FaultyDynamoDb extends Closable {
  endpoint: string
  /** Asked for every call. Set to `undefined` to end the faults. */
  fault: ((call: Call) => Fault | Promise<Fault>) | undefined
}

/** What DynamoDB answers when a call is refused. */
export const refusal = (status: number, name: string): Fault => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `a ${name}, because a test wants it` },
})

/** @param target the DynamoDB that works */
export async function startFaultyDynamoDb(target: string): Promise<FaultyDynamoDb> {
  const started = await startDynamoDbProxy({ endpoint: target, pass: (call) => proxy.fault?.(call) })
  const proxy: FaultyDynamoDb = { ...started, fault: undefined }
  return proxy
}
