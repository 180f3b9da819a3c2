import '../support/own-table.ts'
import { expect, test } from 'vitest'
import { busNewsOf } from '../../src/followups/bus-events.ts'
import { handler } from '../../src/followups/handler.ts'
import { client } from '../../src/entities/table.ts'
import { intercept } from '../support/intercept.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { Membership } from '../../src/entities/membership.ts'
import { User } from '../../src/entities/user.ts'
import { imageOf, membership, message, messageImage, messageRecord, recordOf } from '../streams/records.ts'

const now = Date.now()

const eventsOf = async (...of: Parameters<typeof recordOf>) => (await busNewsOf(recordOf(...of), now)).events

test('an erasure, which keeps the version of a message, is told with another id than that the message was sent', async () => {
  const [sent] = (await busNewsOf(messageRecord('general', 1), now)).events
  const before = messageImage(message('general', 1))
  const after = messageImage(message('general', 1, { kind: 'deleted', content: '', deletedAt: now, deletedBy: 'x' }))
  const [deleted] = await eventsOf('MODIFY', after, before)
  expect([sent, deleted]).toMatchObject([
    { type: 'message.sent', detail: { id: 'general#1#0' } },
    { type: 'message.deleted', detail: { id: 'general#1#0#deleted' } },
  ])
})

test('an erasure is told once, and once more when it is begun again later or otherwise', async () => {
  const record = (erasedAt: number, more = {}) =>
    imageOf(User.put({ userId: 'ève', erasedAt, erasure: 'delete', erasedAs: 'erased-1', ...more }))
  const profile = imageOf(User.put({ userId: 'ève', name: 'Eve', updatedAt: 1 }))
  const told = { type: 'user.erased', detail: { version: 1, id: 'user#%C3%A8ve#erased#7', at: 7, userId: 'ève' } }
  expect(await eventsOf('INSERT', record(7))).toEqual([told])
  expect(await eventsOf('MODIFY', record(7), profile)).toEqual([told])
  expect(await eventsOf('MODIFY', record(8), record(7))).toMatchObject([{ detail: { id: 'user#%C3%A8ve#erased#8' } }])
  expect(await eventsOf('MODIFY', record(7, { blockedBy: 'again' }), record(7))).toEqual([])
  expect(await eventsOf('REMOVE', record(7))).toEqual([])
  expect(await eventsOf('MODIFY', profile, profile)).toEqual([])
  // The replacement id of an erased user.
  expect(await eventsOf('INSERT', imageOf(User.put({ userId: 'erased-1', erasedAt: 7 })))).toEqual([])
})

test('of what is imported nothing is told but what becomes of it later', async () => {
  const imported = { Imported: { BOOL: true } }
  const before = { ...messageImage(message('general', 1)), ...imported }
  expect(await eventsOf('INSERT', before)).toEqual([])
  const member = imageOf(Membership.put(membership('general', 'bob')))
  expect(await eventsOf('INSERT', { ...member, ...imported })).toEqual([])
  const room = imageOf(ChatRoom.put({ chatRoomId: 'old', roomName: 'Old', createdBy: 'bob', createdAt: 1 }))
  expect(await eventsOf('INSERT', { ...room, ...imported })).toEqual([])
  const edited = { ...messageImage(message('general', 1, { version: 1, editedAt: now })), ...imported }
  expect(await eventsOf('MODIFY', edited, before)).toMatchObject([{ type: 'message.edited' }])
})

test('nothing follows from an imported reply that mentions somebody', async () => {
  const asked: string[] = []
  intercept(client, async ({ operation }, send) => {
    asked.push(operation)
    return send()
  })
  const reply = messageImage(message('general', 2, { threadId: '0000000000000001', mentions: '["bob"]' }))
  const imported = recordOf('INSERT', { ...reply, Imported: { BOOL: true } })
  expect(await handler({ Records: [imported] })).toEqual({ batchItemFailures: [] })
  expect(asked).toEqual([])
})
