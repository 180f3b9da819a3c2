/**
 * A bot that replies to `!time` with the time, in rooms and in direct conversations. The bot is a user like any other:
 * it works in every room that somebody adds it to.
 *
 * `CHAT_URL=ws://localhost:8080/local TOKEN_URL=http://localhost:8080/dev/token npx tsx examples/bot/main.ts`
 *
 * In your own project, import from `tabletalk/client`.
 */
import { ChatClient, type Room } from '../../client/node.ts'

const { CHAT_URL = 'ws://localhost:8080/local', TOKEN_URL = 'http://localhost:8080/dev/token' } = process.env
const userId = process.argv[2] ?? 'clock-bot'

async function getToken(): Promise<string> {
  const response = await fetch(TOKEN_URL, { method: 'POST', body: JSON.stringify({ userId }) })
  return ((await response.json()) as { token: string }).token
}

const client = new ChatClient({ url: CHAT_URL, getToken })
const listening = new Set<string>()

function answerIn(room: Room): void {
  if (listening.has(room.id)) return
  listening.add(room.id)
  room.on('message', ({ senderId, content }) => {
    if (senderId === userId || content !== '!time') return
    room.send({ content: `It is ${new Date(client.serverNow).toISOString()}.` })
  })
}

client.on('roomAdded', answerIn)
await client.connect()
for (const room of client.rooms) answerIn(room)
process.stdout.write(`${userId} is there\n`)

process.on('SIGTERM', () => client.disconnect())
