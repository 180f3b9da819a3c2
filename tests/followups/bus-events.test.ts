import { database, tableName } from '../support/own-table.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { busNewsOf } from '../../src/followups/bus-events.ts'
import { handler } from '../../src/followups/handler.ts'
import { client } from '../../src/entities/table.ts'
import { intercept } from '../support/intercept.ts'
import { auditItem } from '../../src/entities/audit.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { ChatRoomDetails } from '../../src/entities/chat-room-details.ts'
import { createRoom } from '../../src/entities/create-room.ts'
import { getMembership, Membership, type MembershipRow, removeMember } from '../../src/entities/membership.ts'
import { changeMember } from '../../src/entities/moderate.ts'
import { deletePart } from '../../src/entities/purge-room.ts'
import { updatePins, updateRoom } from '../../src/rooms/update-room.ts'
import { User } from '../../src/entities/user.ts'
import { loadStack } from '../../terraform/stack.ts'
import { imageOf, membership, message, messageImage, messageRecord, recordOf } from '../streams/records.ts'

beforeAll(async () => {
  await createTable(database, loadStack().table, tableName)
})

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

describe('the time of an event is that of the thing itself, and not of its record', () => {
  const joinedAt = now - 10_000
  const room = (chatRoomId: string) =>
    createRoom({ chatRoomId, roomName: 'Room', createdBy: 'ada', createdAt: joinedAt, members: ['ada', 'bob'] })
  const bobIn = async (chatRoomId: string) => (await getMembership(chatRoomId, 'bob'))!
  const image = (row: MembershipRow) => imageOf(Membership.put(row))
  const audit = (chatRoomId: string, at: number) => auditItem({ chatRoomId, at, by: 'ada', action: 'settings' })
  const allowed = () => Promise.resolve()

  /** Returns the events of a record that was written before the event, as rounding can make it look. */
  const eventsAt = async (...of: Parameters<typeof recordOf>) => {
    const record = recordOf(...of)
    record.dynamodb!.ApproximateCreationDateTime = Math.floor(now / 1_000) - 20
    return (await busNewsOf(record, now)).events
  }
  const left = (at: number) => ({ type: 'member.left', detail: { at, event: { timestamp: at } } })

  test('of a member who left: the time of the departure', async () => {
    await room('left')
    const bob = await bobIn('left')
    await removeMember(bob, now - 123)
    expect(await eventsAt('REMOVE', image(bob))).toMatchObject([left(now - 123)])
  })

  test('of a member of a deleted room: the time of the deletion, unless they had left before', async () => {
    await room('deleted')
    const [ada, bob] = [(await getMembership('deleted', 'ada'))!, await bobIn('deleted')]
    await removeMember(bob, now - 200)
    await updateRoom('deleted', { deleted: true }, audit('deleted', now - 100), allowed)
    await deletePart('deleted', 'members')
    expect(await eventsAt('REMOVE', image(ada))).toMatchObject([left(now - 100)])
    expect(await eventsAt('REMOVE', image(bob))).toMatchObject([left(now - 200)])
  })

  test('of a member whose end nobody knows any more: that of the record, but not before they joined', async () => {
    const bob = membership('unknown', 'bob', { joinedAt: now - 30_000 })
    const recordedAt = Math.floor(now / 1_000) * 1_000 - 20_000
    expect(await eventsAt('REMOVE', image(bob))).toMatchObject([left(recordedAt)])
    expect(await eventsAt('REMOVE', image({ ...bob, joinedAt }))).toMatchObject([left(joinedAt)])
    expect(await eventsAt('REMOVE', image({ ...bob, joinedAt, changedAt: now }))).toMatchObject([left(now)])
  })

  test('of a changed member: when they were changed, and never before an earlier change', async () => {
    await room('changed')
    const rows = [await bobIn('changed')]
    for (const at of [now - 300, now - 400, now - 350]) {
      await changeMember(rows.at(-1)!, { mutedUntil: at }, audit('changed', at))
      rows.push(await bobIn('changed'))
    }
    const events = await Promise.all(
      rows.slice(1).map(async (row, n) => eventsAt('MODIFY', image(row), image(rows[n]!))),
    )
    expect(events.flat().map(({ type, detail }) => [type, detail.at])).toEqual([
      ['member.updated', now - 300],
      ['member.updated', now - 300],
      ['member.updated', now - 300],
    ])
    const former = image({ ...rows[0]!, changes: 1 })
    expect(await eventsAt('MODIFY', former, image(rows[0]!))).toMatchObject([{ detail: { at: joinedAt } }])
  })

  test('of a changed room: when it was changed, and never before an earlier change or its creation', async () => {
    await room('renamed')
    const detailsNow = async () => {
      const { data } = await ChatRoomDetails.get({ chatRoomId: 'renamed' }).go({ consistent: true })
      return imageOf(ChatRoomDetails.put(data!))
    }
    const changes = [
      () => updateRoom('renamed', { topic: '1' }, audit('renamed', joinedAt - 5), allowed),
      () => updateRoom('renamed', { topic: '2' }, audit('renamed', now - 300), allowed),
      () => updatePins('renamed', () => ['0000000000000001'], { at: now - 400 }, undefined),
      () => updatePins('renamed', () => [], { at: now - 100 }, undefined),
    ]
    const times: unknown[] = []
    let before: Awaited<ReturnType<typeof detailsNow>> | undefined
    for (const change of changes) {
      await change()
      const details = await detailsNow()
      const [event] = before ? await eventsAt('MODIFY', details, before) : await eventsAt('INSERT', details)
      times.push([event!.type, event!.detail.at])
      before = details
    }
    expect(times).toEqual([joinedAt, now - 300, now - 300, now - 100].map((at) => ['room.updated', at]))
  })

  test('of a message: no earlier than what was before it', async () => {
    const sent = message('general', 1, { timestamp: now })
    const edited = { ...sent, version: 1, editedAt: now + 7 }
    expect(await eventsAt('MODIFY', messageImage({ ...edited, editedAt: now - 7 }), messageImage(sent))).toMatchObject([
      { type: 'message.edited', detail: { at: now } },
    ])
    const gone = { ...sent, kind: 'deleted', content: '', version: 2, deletedAt: now + 3, deletedBy: 'ada' } as const
    expect(await eventsAt('MODIFY', messageImage(gone), messageImage(edited))).toMatchObject([
      { type: 'message.deleted', detail: { at: now + 7 } },
    ])
  })
})
