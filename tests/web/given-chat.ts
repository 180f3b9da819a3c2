import { Chat } from '../../web/src/state/chat.ts'
import { Drafts } from '../../web/src/state/drafts.ts'
import { LastPlace } from '../../web/src/state/last-place.ts'
import { UsualEmoji } from '../../web/src/state/usual-emoji.ts'
import { Unsent } from '../../web/src/state/unsent.ts'
import { Preferences } from '../../web/src/state/preferences.ts'
import { RoomNumbers } from '../../web/src/state/room-numbers.ts'
import type { KeptStrings } from '../../web/src/state/kept.ts'
import { givenClient } from '../client/given-client.ts'
import { pageOf } from '../client/history-pages.ts'

export class FakeStrings implements KeptStrings {
  readonly strings = new Map<string, string>()

  getItem = (key: string): string | null => this.strings.get(key) ?? null
  setItem = (key: string, value: string): void => void this.strings.set(key, value)
  removeItem = (key: string): void => void this.strings.delete(key)
  keys = (): string[] => [...this.strings.keys()]
}

/** Creates the user `me` on a server in memory with these rooms: each name with its messages, all of bob's. */
export function givenChat(rooms: Record<string, string[]> = {}, strings = new FakeStrings()) {
  const given = givenClient({ outbox: new Unsent(strings, 'me') })
  const { server, client, errors } = given
  for (const [name, contents] of Object.entries(rooms)) {
    server.room(name)
    for (const content of contents) server.keep(name, content)
  }
  server.override = (frame) => pageOf(server, frame)
  server.features = ['sessions', 'reads']
  const chat = new Chat(
    client,
    (userId) => ({
      recent: new RoomNumbers(strings, 'recent', userId),
      drafts: new Drafts(strings, userId),
      place: new LastPlace(strings, userId),
      emoji: new UsualEmoji(strings, userId),
      unsent: new Unsent(strings, userId),
    }),
    (error) => errors.push(error),
    { preferences: new Preferences(strings) },
  )
  const conversation = (name: string) => {
    const found = chat.conversations.get().find(({ room }) => room?.id === name)
    if (!found) throw new Error(`the chat has no ${name}`)
    return found
  }
  /** Bob sends a message, and everybody receives it. */
  const say = (name: string, content: string) => server.socket.events(server.keep(name, content))
  return { ...given, chat, strings, conversation, say }
}
