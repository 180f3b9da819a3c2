/**
 * `npm run bench:typing`: counts the posts that a room of 50 takes if ten people type all the time, with as many typing
 * indicators as their clients send. Counted in the local runtime with the SDK, for half a minute. `--write` writes the
 * figures to `docs/performance.md`. The room's messages are counted as well, for comparison.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { format } from 'prettier'
import { ChatClient, type Room } from '../../client/node.ts'
import { startRuntime } from '../../local/runtime.ts'
import type { EventsFrame } from '../../src/protocol/frames.ts'
import { short, table, withBlock } from '../../scripts/shared/markdown.ts'
import { describeMachine, writeResult } from '../shared/results.ts'

const PEOPLE = 50
const TYPISTS = 10
const SECONDS = 30
const BETWEEN_KEYS_MS = 150
/** Milliseconds between two messages of each of the ten. */
const MESSAGE_EVERY_MS = 10_000

interface Count {
  posts: number
  events: number
}

const chat = await startRuntime()
let count: Count = { posts: 0, events: 0 }
chat.gateway.faults.onPost = ({ body }) => {
  count.posts++
  count.events += (JSON.parse(String(body)) as EventsFrame).events.length
  return {}
}
const users = Array.from({ length: PEOPLE }, (_, i) => `user-${String(i)}`)
const clients = users.map((user) => new ChatClient({ url: chat.wsUrl, getToken: () => chat.token(user) }))
await Promise.all(clients.map((client) => client.connect()))
await clients[0]!.createRoom({ chatRoomId: 'room', roomName: 'Room', members: users })
const rooms = clients.map((client) => client.room('room'))
await chat.mapping.idle()

const measured = {
  messages: await counted(say),
  typing: await counted(type),
  'typing and messages': await counted(async (room, i) => {
    await Promise.all([type(room, i), say(room, i)])
  }),
}
for (const client of clients) client.disconnect()
await chat.close()
console.table(measured)
await writeResult('typing', {
  machine: describeMachine(),
  people: PEOPLE,
  typists: TYPISTS,
  seconds: SECONDS,
  measured,
})
if (process.argv.includes('--write')) await report()
process.exit()

async function counted(act: (room: Room, i: number) => Promise<void>): Promise<Count> {
  count = { posts: 0, events: 0 }
  await Promise.all(rooms.slice(0, TYPISTS).map(act))
  await chat.mapping.idle()
  const all = count
  // Until nobody is shown as typing any more.
  await sleep(11_000)
  return all
}

async function type(room: Room, i: number): Promise<void> {
  await sleep(i * 300)
  for (const end = Date.now() + SECONDS * 1_000; Date.now() < end;) {
    room.typing.keystroke()
    await sleep(BETWEEN_KEYS_MS)
  }
}

async function say(room: Room, i: number): Promise<void> {
  await sleep((i * MESSAGE_EVERY_MS) / TYPISTS)
  for (let left = (SECONDS * 1_000) / MESSAGE_EVERY_MS; left > 0; left--) {
    await room.send({ content: 'hello' }).done
    await sleep(MESSAGE_EVERY_MS)
  }
}

async function report(): Promise<void> {
  const document = new URL('../../docs/performance.md', import.meta.url)
  const rows = Object.entries(measured).map(([what, { posts, events }]) => [
    what,
    ...[posts / SECONDS, posts, events / posts].map(short),
  ])
  const text = withBlock(
    await readFile(document, 'utf8'),
    'typing',
    table(['ten people', 'posts a second', 'posts in 30 s', 'events per post'], rows),
  )
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }))
}
