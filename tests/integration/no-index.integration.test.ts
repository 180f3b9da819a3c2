import { afterAll, expect, inject, test } from 'vitest'
import { loadStack } from '../../terraform/stack.ts'
import { hear, listen } from '../client/listen.ts'
import { clientOf } from '../client/online.ts'
import { startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { quietLog } from '../support/quiet-log.ts'
import { settled, unique } from '../support/runtime.ts'
import { png } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const dynamodb = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
const chat = await useChat({ dynamodbEndpoint: dynamodb.endpoint, log: quietLog })
afterAll(() => dynamodb.close())

/** A read of the table, and whether it may lag. */
interface Read {
  request: string
  lags: boolean
}

/** Collects every read from now on. */
function readsSeen(): Read[] {
  const seen: Read[] = []
  dynamodb.fault = ({ operation, input }) => {
    const batch = Object.values((input.RequestItems ?? {}) as Record<string, Record<string, unknown>>)
    const of = { Query: [input], GetItem: [input], BatchGetItem: batch }[operation] ?? []
    for (const { IndexName, ConsistentRead, ...read } of of) {
      const lags = IndexName !== undefined || ConsistentRead !== true
      seen.push({ request: `${operation} ${JSON.stringify(read)}`, lags })
    }
    return undefined
  }
  return seen
}

/**
 * The functions of the two lists that are read from the index: the public rooms, and the invites of a room. The janitor
 * deletes a room's invites a minute after the room.
 */
const mayRead = ['queries', 'server', 'janitor']

test('no function but those of two lists may read the index, and none but the one that erases scan the table', () => {
  const { functions } = loadStack()
  for (const [name, { touches }] of Object.entries(functions)) {
    expect([name, touches.index]).toEqual([name, mayRead.includes(name) ? ['Query'] : undefined])
    expect([name, touches.table?.includes('Scan') ?? false]).toEqual([name, name === 'janitor'])
  }
})

test('no function reads the index, nor anything else that lags: connecting, rooms, messages, files, leaving', async () => {
  const reads = readsSeen()
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = [clientOf(chat, adaId), clientOf(chat, bobId)]
  await Promise.all([ada.connect(), bob.connect()])
  const added = new Promise((resolve) => bob.on('roomAdded', resolve))
  const adas = await ada.createRoom({ roomName: 'Theirs', members: [bobId] })
  await added
  const bobs = bob.room(adas.id)
  const [his, left] = [hear(bobs), listen(adas, 'memberLeft')]
  adas.typing.keystroke()
  await adas.send({ content: 'hello' }).done
  await adas.broadcast({ content: 'hello again' }).done
  await his.until('hello again')
  await adas.upload(new File([png], 'dot.png', { type: 'image/png' }))
  expect((await bobs.history()).messages).toHaveLength(3)
  expect(await bobs.members()).toHaveLength(2)
  bob.disconnect()
  await bob.connect()
  expect(bob.rooms).toHaveLength(1)
  await bobs.leave()
  await left.until(() => true)
  await bobs.join()
  for (const client of [ada, bob]) client.disconnect()
  await settled(chat)
  for (const operation of ['Query', 'GetItem', 'BatchGetItem']) {
    expect(reads.filter(({ request }) => request.startsWith(operation)).length, operation).toBeGreaterThan(5)
  }
  expect(reads.filter(({ lags }) => lags).map(({ request }) => request)).toEqual([])
})
