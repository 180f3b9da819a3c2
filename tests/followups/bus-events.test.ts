import '../support/own-table.ts'
import { expect, test } from 'vitest'
import { busNewsOf } from '../../src/followups/bus-events.ts'
import { Membership } from '../../src/entities/membership.ts'
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

test('of what is imported nothing is told but what becomes of it later', async () => {
  const imported = { Imported: { BOOL: true } }
  const before = { ...messageImage(message('general', 1)), ...imported }
  expect(await eventsOf('INSERT', before)).toEqual([])
  const member = imageOf(Membership.put(membership('general', 'bob')))
  expect(await eventsOf('INSERT', { ...member, ...imported })).toEqual([])
  const edited = { ...messageImage(message('general', 1, { version: 1, editedAt: now })), ...imported }
  expect(await eventsOf('MODIFY', edited, before)).toMatchObject([{ type: 'message.edited' }])
})
