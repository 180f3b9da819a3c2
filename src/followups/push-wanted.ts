import { oneOf, optional } from '../env.ts'
import { type MessageRow, seqOf } from '../entities/message.ts'
import type { BusEvent } from '../protocol/bus-events.ts'
import type { BatchCache } from '../streams/batch-cache.ts'
import { partsOf } from './push-parts.ts'
import { whomToWake } from './whom-to-wake.ts'

/** Whether push events are made. They require reading the members of a room for each message. */
const push = optional('PUSH', oneOf('on', 'previews'))

const PREVIEW_CHARS = 100

/** Returns push events with at most 500 users each for a message; none if the deployment does not use push. */
export async function pushWanted(
  message: MessageRow,
  named: readonly string[] | undefined,
  cache: BatchCache,
  now: number,
): Promise<BusEvent[]> {
  if (push === undefined) return []
  const { chatRoomId, messageId, senderId, kind, version = 0, timestamp, editedAt } = message
  if (kind === 'hole' || kind === 'deleted') return []
  const woken = await whomToWake(message, named, cache, now)
  const preview = push === 'previews' ? { preview: previewOf(message) } : {}
  return [...partsOf(woken)].map(([part, some]) => ({
    type: 'push.wanted',
    detail: {
      version: 1,
      id: [chatRoomId, seqOf(message), version, 'push', part].join('#'),
      at: named === undefined ? timestamp : (editedAt ?? timestamp),
      ...{ chatRoomId, messageId, senderId, kind, reason: some[0]!.reason, ...preview },
      userIds: some.map(({ userId }) => userId),
    },
  }))
}

const previewOf = ({ content, fileName = '' }: MessageRow): string =>
  [...(content === '' ? fileName : content)].slice(0, PREVIEW_CHARS).join('')
