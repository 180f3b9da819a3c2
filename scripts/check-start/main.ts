/** `npm run check:start`: does `npm start` work on this system? Starts it, sends a message, and stops it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { RawClient } from '../shared/raw-client.ts'

const DEADLINE_MS = 120_000

const port = await freePort()
const url = `http://localhost:${String(port)}`
// As npm runs it, but without npm: on Windows a signal to npm ends it alone.
const start = spawn(process.execPath, ['--import', 'tsx', 'local/main.ts'], {
  env: { ...process.env, PORT: String(port) },
  stdio: 'inherit',
})
try {
  await healthy()
  const answer = await fetch(`${url}/dev/token`, { method: 'POST', body: '{"userId":"ada"}' })
  const { token } = (await answer.json()) as { token: string }
  const client = await RawClient.open(`${url.replace('http', 'ws')}/local`, token)
  await client.request({ action: 'sync' })
  const { chatRoomId } = await client.request<'createRoom'>({ action: 'createRoom', roomName: 'Kitchen' })
  const { seq } = await client.request<'sendMessage'>({ action: 'sendMessage', chatRoomId, content: 'hello' })
  if (seq !== 1) throw new Error(`the first message has the number ${String(seq)}`)
  await client.close()
  console.log('npm start works here')
} finally {
  start.kill()
  if (start.exitCode === null) await once(start, 'exit')
}

async function healthy(): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const status = await fetch(`${url}/healthz`).then(
      (response) => response.status,
      () => undefined,
    )
    if (status === 200) return
    if (start.exitCode !== null) throw new Error('npm start has ended')
    if (Date.now() > deadline) throw new Error(`npm start isn't healthy after ${String(DEADLINE_MS)} ms`)
    await delay(200)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
