import type { Page } from 'playwright-core'

/** What a page and the server have said to each other so far. */
export interface Connections {
  /** Ids of the gateway, from the server's replies to `sync`. The last one is the page's present connection. */
  ids: readonly string[]
  /** The actions of all frames that the page has sent. */
  actions: readonly string[]
}

export function connectionsOf(page: Page): Connections {
  const ids: string[] = []
  const actions: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => actions.push((JSON.parse(payload.toString()) as { action: string }).action))
    socket.on('framereceived', ({ payload }) => {
      const frame = JSON.parse(payload.toString()) as { action?: string; data?: { connectionId: string } }
      if (frame.action === 'sync' && frame.data) ids.push(frame.data.connectionId)
    })
  })
  return { ids, actions }
}
