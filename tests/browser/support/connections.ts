import type { Page } from 'playwright-core'

/** Returns the ids of the connections that a page has made so far, from the server's replies to `sync`. */
export function connectionsOf(page: Page): readonly string[] {
  const ids: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const frame = JSON.parse(payload.toString()) as { action?: string; data?: { connectionId: string } }
      if (frame.action === 'sync' && frame.data) ids.push(frame.data.connectionId)
    }),
  )
  return ids
}
