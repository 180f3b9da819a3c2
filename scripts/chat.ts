/** `npm run chat -- --room general --as ada`: a chat in the terminal, with what `npm start` runs. Ctrl-D ends it. */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { ChatClient, ChatError, type MessageEvent, type Room } from '../src/client/node.ts'

const USAGE = 'usage: npm run chat -- --as NAME [--room ID] [--url http://localhost:8080]'
const SHOWN_AT_START = 20

interface Settings {
  as: string
  room: string
  url: string
}

function readSettings(): Settings | undefined {
  try {
    const { values } = parseArgs({
      options: {
        as: { type: 'string' },
        room: { type: 'string', default: 'general' },
        url: { type: 'string', default: 'http://localhost:8080' },
      },
    })
    const { as, room, url } = values
    return as === undefined ? undefined : { as, room, url }
  } catch {
    return undefined
  }
}

/** From the local runtime's own issuer: deployed, the team's identity provider gives tokens. */
async function getToken(url: string, userId: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, { method: 'POST', body: JSON.stringify({ userId }) })
  if (!response.ok) throw new Error(`unable to get a token; ${url} answered ${response.status}`)
  return ((await response.json()) as { token: string }).token
}

/** Joins the room, and makes it first when there is none. */
async function enter(client: ChatClient, chatRoomId: string): Promise<Room> {
  const room = client.room(chatRoomId)
  try {
    await room.join()
  } catch (error) {
    if (!(error instanceof ChatError && error.code === 'room_not_found')) throw error
    await client.createRoom({ chatRoomId, roomName: chatRoomId })
  }
  return room
}

const print = ({ senderId, content, file }: MessageEvent) => {
  console.log(`${senderId}: ${file === undefined ? content : `${content} [${file.fileName}] ${file.fileUrl}`}`)
}

async function chat({ as, room: chatRoomId, url }: Settings): Promise<void> {
  const client = new ChatClient({ url: `${url.replace(/^http/, 'ws')}/local`, getToken: () => getToken(url, as) })
  client.on('status', ({ status, error, retryInMs }) => {
    const again = retryInMs === undefined ? '' : `, again in ${Math.ceil(retryInMs / 1_000)} s`
    if (status !== 'connecting') console.log(`* ${status}${error === undefined ? '' : `: ${error.message}${again}`}`)
  })
  // Before the first wait, so that no line is lost that comes early.
  const lines = createInterface({ input: process.stdin, terminal: process.stdin.isTTY })
  const ended = new Promise<void>((resolve) => lines.once('close', resolve))
  lines.pause()
  await client.connect()

  const own = new Set<string>()
  const room = await enter(client, chatRoomId)
  const { messages } = await room.history({ before: (room.position ?? 0) + 1, limit: SHOWN_AT_START })
  messages.forEach(print)
  room.on('message', (message) => {
    if (!own.has(message.clientMessageId ?? '')) print(message)
  })
  room.on('typing', (userIds) => {
    if (userIds.length > 0) console.log(`* typing: ${userIds.join(', ')}`)
  })
  room.on('memberJoined', ({ userId }) => console.log(`* ${userId} joined`))
  room.on('memberLeft', ({ userId }) => console.log(`* ${userId} left`))
  room.on('discontinuity', () => console.log('* some messages of the time away are left out'))
  room.on('outgoing', ({ state, content, error }) => {
    if (state === 'failed') console.log(`* not sent: ${content} (${error?.message ?? ''})`)
  })
  console.log(`* you are ${as} in ${chatRoomId}; Ctrl-D ends`)

  const sending = new Set<Promise<unknown>>()
  process.stdin.on('keypress', () => room.typing.keystroke())
  lines.on('line', (content) => {
    if (content === '') return
    const message = room.send({ content })
    own.add(message.clientMessageId)
    const done = message.done.catch(() => {}).finally(() => sending.delete(done))
    sending.add(done)
  })
  lines.resume()
  await ended
  await Promise.all(sending)
  client.disconnect()
}

const settings = readSettings()
if (settings) {
  await chat(settings)
} else {
  console.error(USAGE)
  process.exitCode = 2
}
