import { database, tableName } from '../support/own-table.ts'
import { beforeAll, expect, test } from 'vitest'
import type { DynamoDBRecord } from 'aws-lambda'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { Message, type MessageRow } from '../../src/entities/message.ts'
import { Posting } from '../../src/entities/posting.ts'
import { client } from '../../src/entities/table.ts'
import { keepIndex } from '../../src/followups/keep-index.ts'
import { loadStack } from '../../terraform/stack.ts'
import { costOf, metered } from '../support/meter.ts'
import { message, messageImage, messageRecord, recordOf } from '../streams/records.ts'

beforeAll(() => createTable(database, loadStack().table, tableName))

/** Returns the postings of a room: `word: seqs`. */
async function indexOf(chatRoomId: string): Promise<Record<string, number[]>> {
  const { data } = await Posting.scan.go({ pages: 'all', consistent: true })
  const own = data.filter(({ partition }) => partition.startsWith(`search#${chatRoomId}#`))
  return Object.fromEntries(
    own.map(({ place, seqs }) => [place.split('#')[1]!, [...(seqs ?? [])].sort((a, b) => a - b)] as const),
  )
}

const never = (_record: DynamoDBRecord, what: string, error: unknown) => {
  throw new Error(`${what} failed`, { cause: error })
}
const keep = (...records: DynamoDBRecord[]) => keepIndex(records, never)

const put = async (row: MessageRow) => {
  await Message.put(row).go()
  return row
}
const edit = (after: MessageRow, before: MessageRow) =>
  recordOf('MODIFY', messageImage({ ...after, editedAt: 1 }), messageImage(before))
const erased = (row: MessageRow): MessageRow => ({ ...row, kind: 'deleted', content: '' })

test('a message is found by its words, one that was edited by the new ones, and of one that went no word stays', async () => {
  const first = await put(message('life', 1, { content: 'red green' }))
  await keep(messageRecord('life', 1, { content: 'red green' }))
  expect(await indexOf('life')).toEqual({ red: [1], green: [1] })
  const second = await put({ ...first, content: 'green blue' })
  await keep(edit(second, first))
  expect(await indexOf('life')).toEqual({ green: [1], blue: [1] })
  await put(erased(second))
  await keep(recordOf('MODIFY', messageImage(erased(second)), messageImage(second)))
  expect(await indexOf('life')).toEqual({})
})

test('a row that is removed takes its words with it, and leaves those of others', async () => {
  const rows = [1, 2].map((seq) => message('ttl', seq, { content: 'same word' }))
  for (const row of rows) await put(row)
  await keep(...rows.map((row) => recordOf('INSERT', messageImage(row))))
  expect(await indexOf('ttl')).toEqual({ same: [1, 2], word: [1, 2] })
  await Message.delete(rows[0]!).go()
  await keep(recordOf('REMOVE', messageImage(rows[0]!)))
  expect(await indexOf('ttl')).toEqual({ same: [2], word: [2] })
})

test('complaint 20: whatever comes again, late or in another order, the index says what the messages say', async () => {
  const first = message('again', 1_000, { content: 'secret plan' })
  const second = { ...first, content: 'harmless plan', editedAt: 1 }
  const records = [recordOf('INSERT', messageImage(first)), edit(second, first)]
  await put(second)
  await keep(...records)
  const expected = { harmless: [1_000], plan: [1_000] }
  expect(await indexOf('again')).toEqual(expected)
  await keep(...records)
  for (const record of [...records].reverse()) await keep(record)
  expect(await indexOf('again')).toEqual(expected)
  await Message.delete(first).go()
  for (const record of [recordOf('REMOVE', messageImage(second)), ...records]) await keep(record)
  expect(await indexOf('again')).toEqual({})
})

test('a hole has no words; neither has another row', async () => {
  await keep(messageRecord('holes', 1, { kind: 'hole', content: '' }))
  await keep(recordOf('INSERT', { __edb_e__: { S: 'Posting' }, pk: { S: 'p' }, sk: { S: 's' } }))
  expect(await indexOf('holes')).toEqual({})
})

test('a word that many messages of a batch have is one write', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => message('batch', i + 1, { content: `the same ${i + 100}` }))
  for (const row of rows) await put(row)
  const records = rows.map((row) => recordOf('INSERT', messageImage(row)))
  const cost = costOf(await metered(client, () => keep(...records)))
  // The 50 messages once, 2 words that all have, and 50 words that one message has.
  expect(cost).toMatchObject({ requests: 53, reads: 50, writes: 52 })
  expect((await indexOf('batch')).same).toHaveLength(50)
})

test('a record without a key fails alone', async () => {
  const failed: string[] = []
  await put(message('alone', 1, { content: 'found' }))
  const broken = recordOf('INSERT', { __edb_e__: { S: 'Message' } })
  await keepIndex([broken, messageRecord('alone', 1, { content: 'found' })], ({ eventID }, what, error) => {
    failed.push(`${eventID} ${what} ${String(error)}`)
  })
  expect(failed).toEqual([`${broken.eventID} search Error: unable to read the record; it has no key`])
  expect(await indexOf('alone')).toEqual({ found: [1] })
})
