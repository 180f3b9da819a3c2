import type { FakeServer } from './fake-server.ts'

/** Returns history as the server does: the page before a number, or the newest page. */
export function pageOf(server: FakeServer, frame: Parameters<FakeServer['override']>[0]) {
  if (frame.action !== 'getHistory' || frame.after !== undefined) return undefined
  const {
    chatRoomId,
    before = Infinity,
    limit,
  } = frame as unknown as {
    chatRoomId: string
    before?: number
    limit: number
  }
  const found = server.room(chatRoomId).filter(({ seq }) => seq < before)
  return { data: { messages: found.slice(-limit), hasMore: found.length > limit } }
}

/** Returns the contents `1` to `count`. */
export const upTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1))
