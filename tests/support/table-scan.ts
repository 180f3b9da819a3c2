import { paginateScan } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { Runtime } from '../../local/runtime.ts'

export type Item = Record<string, unknown>

/** Returns every item of the runtime's table as it is stored, in the order of its keys. */
export async function scan({ dynamodb, tableName }: Runtime): Promise<Item[]> {
  const items: Item[] = []
  for await (const page of paginateScan({ client: dynamodb }, { TableName: tableName, ConsistentRead: true })) {
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)))
  }
  return items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

/** Returns the stored items of one entity. */
export async function itemsOf(chat: Runtime, entity: string): Promise<Item[]> {
  return (await scan(chat)).filter((item) => item.__edb_e__ === entity)
}

/** Returns the subscription items, without the departures, which name no connection. */
export async function subscriptionItemsOf(chat: Runtime): Promise<Item[]> {
  return (await itemsOf(chat, 'Subscription')).filter(({ ConnectionId }) => ConnectionId !== undefined)
}

const keyOf = ({ pk, sk }: Item): string => `${String(pk)}\n${String(sk)}`
