import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import { Message, messageIdOf } from '../../src/entities/message.ts'
import { client } from '../../src/entities/table.ts'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { Row } from '../../scripts/shared/data-model.ts'
import { expectDocumented } from '../support/documented.ts'
import { costOf, metered, sizeOf } from '../support/meter.ts'
import { recorded } from '../support/recorded.ts'
import { answers, patternsInCode, wayOf } from './pattern-list.ts'
import { patterns, seed } from './patterns.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

test('the document tells every access pattern as the code has it, and what was measured of it', async () => {
  const rows: Row[] = []
  for (const { number, name, question } of patternsInCode()) {
    await seed()
    const requests = await metered(client, patterns[number])
    const { reads, writes } = costOf(requests)
    rows.push({
      'No.': number,
      Question: question,
      Function: `\`${name}\``,
      ...wayOf(await recorded(patterns[number], answers)),
      RRU: String(reads),
      WRU: String(writes),
    })
  }
  expectDocumented('patterns', rows)
})

test("sizes are counted as DynamoDB's own figures have them", async () => {
  for (const length of [400, 700, 780, 860, 1_100, 3_000]) {
    const message = Message.put({
      chatRoomId: 'sizes',
      messageId: messageIdOf(length),
      kind: 'text',
      senderId: 'ada',
      content: 'é'.repeat(length / 2),
      timestamp: 1_800_000_000_000,
    })
    const [put] = await metered(client, () => message.go())
    expect([length, put!.writes]).toEqual([length, Math.ceil(sizeOf(message.params().Item) / 1_024)])
  }
})
