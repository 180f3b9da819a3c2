import { expect, test } from 'vitest'
import { readersOf } from '../../web/src/state/receipts.ts'
import { givenChat } from './given-chat.ts'

const bob = { event: 'memberLeft', chatRoomId: 'general', userId: 'bob', timestamp: 1 }
const told = (receipts: Record<string, number>) => ({ event: 'receipts', chatRoomId: 'general', receipts })

async function givenReceipts() {
  const given = givenChat({ general: ['1'] })
  await given.client.connect()
  return { ...given, receipts: given.conversation('general').receipts }
}

test('who has read is told by the server, and never reads less', async () => {
  const { server, receipts } = await givenReceipts()
  server.override = ({ action }) =>
    action === 'getReceipts' ? { data: { receipts: { me: 9, bob: 4, cleo: 2 } } } : undefined
  await receipts.load()
  expect(readersOf(receipts.get(), 3)).toEqual(['bob'])
  server.socket.events(told({ cleo: 5 }), told({ cleo: 3 }))
  expect(readersOf(receipts.get(), 5)).toEqual(['cleo'])
  expect(readersOf(receipts.get(), 4)).toEqual(['bob', 'cleo'])
})

test('who has left is no reader any more', async () => {
  const { server, receipts } = await givenReceipts()
  server.socket.events(told({ bob: 1 }), bob)
  expect(readersOf(receipts.get(), 1)).toEqual([])
})

test('a large room refuses, and nobody is shown', async () => {
  const { server, receipts } = await givenReceipts()
  server.override = ({ action }) =>
    action === 'getReceipts' ? { error: { code: 'limit_reached', retryable: false } } : undefined
  await expect(receipts.load()).rejects.toMatchObject({ code: 'limit_reached', message: 'refused by the fake server' })
  expect(receipts.get().size).toBe(0)
})
