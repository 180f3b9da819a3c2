import type { BusEvent } from '../../src/protocol/bus-events.ts'
import { eventExamples, examples, NOW } from './examples.ts'

type Details = { [E in BusEvent as E['type']]: E['detail'] }

const { messageDeleted } = eventExamples
const [message] = examples.joinRoom.reply.events

/** Some event details, as `docs/bus.md` shows them. */
export const busExamples = {
  'message.sent': { version: 1, id: 'general#42#0', at: NOW, chatRoomId: 'general', event: message! },
  'message.deleted': {
    version: 1,
    id: 'general#42#2#deleted',
    at: messageDeleted.deletedAt,
    chatRoomId: 'general',
    event: without(messageDeleted),
  },
  'push.wanted': {
    version: 1,
    id: 'general#42#0#push#message0',
    at: NOW,
    chatRoomId: 'general',
    messageId: '0000000000000042',
    senderId: 'ada',
    kind: 'text',
    reason: 'message',
    userIds: ['bob', 'cleo'],
  },
} satisfies Partial<Details>

function without<T extends { rev: number }>({ rev: _, ...rest }: T): Omit<T, 'rev'> {
  return rest
}
