import type { ChatClient, Room, RoomEvents, Status } from '../../client/index.ts'

/** Collects a room's events of one kind, and returns them with a way to wait for more. */
export function listen<N extends keyof RoomEvents>(room: Pick<Room, 'on'>, name: N) {
  const heard: RoomEvents[N][] = []
  const waiting = new Set<() => void>()
  room.on(name, (payload) => {
    heard.push(payload)
    for (const wake of waiting) wake()
    waiting.clear()
  })
  /** Waits until an event has arrived that matches. The test's own deadline ends the wait. */
  const until = async (matches: (payload: RoomEvents[N]) => boolean): Promise<RoomEvents[N]> => {
    for (;;) {
      const found = heard.find(matches)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => waiting.add(resolve))
    }
  }
  return { heard, until }
}

/** Collects the contents of a room's messages in the order of delivery, and returns them with a way to wait for one. */
export function hear(room: Pick<Room, 'on'>) {
  const { heard, until } = listen(room, 'message')
  return {
    contents: () => heard.map(({ content }) => content),
    until: (content: string) => until((message) => message.content === content),
  }
}

/** Resolves at the next change to this status. */
export const status = (client: ChatClient, wanted: Status): Promise<void> =>
  new Promise((resolve) => {
    const stop = client.on('status', ({ status }) => {
      if (status !== wanted) return
      stop()
      resolve()
    })
  })
