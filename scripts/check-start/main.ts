/** `npm run check:start`: checks that `npm start` works on this system. Starts it, sends a message, and stops it. */
import { RawClient } from '../shared/raw-client.ts'
import { runningChat } from '../shared/running.ts'

const chat = await runningChat()
try {
  const answer = await fetch(`${chat.url}/dev/token`, { method: 'POST', body: '{"userId":"ada"}' })
  const { token } = (await answer.json()) as { token: string }
  const client = await RawClient.open(`${chat.url.replace('http', 'ws')}/local`, token)
  await client.request({ action: 'sync' })
  const { chatRoomId } = await client.request<'createRoom'>({ action: 'createRoom', roomName: 'Kitchen' })
  const { seq } = await client.request<'sendMessage'>({ action: 'sendMessage', chatRoomId, content: 'hello' })
  if (seq !== 1) throw new Error(`the first message has the number ${String(seq)}`)
  await client.close()
  console.log('npm start works here')
} finally {
  await chat.stop()
}
