import '../support/own-table.ts'
import { expect, test } from 'vitest'
import { busNewsOf } from '../../src/followups/bus-events.ts'
import { message, messageImage, messageRecord, recordOf } from '../streams/records.ts'

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
