import '../support/own-table.ts'
import { expect, test } from 'vitest'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { pendingRoomIn } from '../../src/followups/pending-room.ts'
import { imageOf, recordOf } from '../streams/records.ts'

const room = { chatRoomId: 'general', roomName: 'General', createdBy: 'ada', createdAt: 1 }
const pending = imageOf(ChatRoom.put({ ...room, setup: 'pending', pendingMembers: ['zoe'] }))

test('a room whose creation was cut off is pending, and no other', () => {
  expect(pendingRoomIn(recordOf('INSERT', pending))).toMatchObject({ ...room, pendingMembers: ['zoe'] })
  expect(pendingRoomIn(recordOf('MODIFY', pending))).toBeUndefined()
  expect(pendingRoomIn(recordOf('REMOVE', pending))).toBeUndefined()
  expect(pendingRoomIn(recordOf('INSERT', imageOf(ChatRoom.put(room))))).toBeUndefined()
})

test('a pending room without the names of its members can’t be read', () => {
  const { PendingMembers: _, ...broken } = pending
  expect(() => pendingRoomIn(recordOf('INSERT', broken))).toThrow('it has no pendingMembers (object)')
})
