import { readFileSync } from 'node:fs'
import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { Item } from './table-scan.ts'

const file = new URL('../fixtures/version-0.1.0/table.json', import.meta.url)
const stored = JSON.parse(readFileSync(file, 'utf8')) as Item[]

/** Connections of version 0.1.0: ada's and bob's have synced, eve's has not. */
export const connectionsOf010 = { ada: '2mJ_7i7sJ9U6SiA=', bob: 'Gkh2fEe8EZoUDM0=', eve: 'lO5dMTlnREeUyVY=' }

/**
 * Returns every item of a table as version 0.1.0 left it: ada is in `cellar`, `general` and `plans`, bob in `cellar`
 * and `general`, eve in `general`. Its connections expire in an hour.
 *
 * @param rename replaces ids of the file by ids of one test, so that tests can share a table
 */
export function itemsOf010(rename: (text: string) => string = (text) => text): Item[] {
  const expiresAt = Math.floor(Date.now() / 1_000) + 3_600
  const items = JSON.parse(rename(JSON.stringify(stored))) as Item[]
  return items.map((item) => ('expiresAt' in item ? { ...item, expiresAt } : item))
}

/** Writes items as they are, without the entities. */
export async function putItems(client: DynamoDBClient, tableName: string, items: readonly Item[]): Promise<void> {
  for (let i = 0; i < items.length; i += 25) {
    const requests = items.slice(i, i + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }))
    await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }))
  }
}
