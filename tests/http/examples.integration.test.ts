import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
const root = fileURLToPath(new URL('../..', import.meta.url))

function start(example: string, args: readonly string[], env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', `examples/${example}/main.ts`, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Returns what a program prints until it ends, or until it prints this line. */
async function printed({ stdout, stderr }: ChildProcess, until?: string): Promise<string> {
  let text = ''
  let errors = ''
  stderr!.on('data', (data: Buffer) => (errors += data.toString()))
  for await (const data of stdout!) {
    text += String(data)
    if (until !== undefined && text.includes(until)) return text
  }
  if (errors !== '') throw new Error(errors)
  return text
}

test('the backend posts each state of an order once, however often it is run', async () => {
  const [order, ada] = [unique('order'), unique('ada')]
  const client = await online(chat, ada)
  const env = { API: chat.url, TOKEN: await chat.token('shop', { scope: 'tabletalk:server' }) }
  const post = (state: string) => printed(start('order-updates', [order, ada, state], env))
  expect(await post('paid')).toBe(`posted ${order} paid, message 1\n`)
  expect(await post('paid')).toBe(`posted ${order} paid, message 1\n`)
  expect(await post('shipped')).toBe(`posted ${order} shipped, message 2\n`)
  await client.messages(order, ['Your order is paid.', 'Your order is shipped.'])
  expect(await client.event('roomAdded')).toMatchObject({ chatRoomId: order, access: 'private' })
  await expect(printed(start('order-updates', [order, ada, 'lost'], { ...env, TOKEN: 'x' }))).rejects.toThrow('403')
})

test('the bot answers in rooms that it is put into, and ends when it is told to', async () => {
  const [room, ada, bot] = [unique('room'), unique('ada'), unique('bot')]
  const env = { CHAT_URL: chat.wsUrl, TOKEN_URL: `${chat.url}/dev/token` }
  const child = start('bot', [bot], env)
  await printed(child, `${bot} is there`)
  const client = await online(chat, ada)
  await client.request({ action: 'createRoom', chatRoomId: room, roomName: 'Time', members: [bot] })
  await client.request({ action: 'sendMessage', chatRoomId: room, content: '!time' })
  const answer = await client.event('message', ({ senderId }) => senderId === bot)
  expect(answer.content).toMatch(/^It is \d{4}-.*Z\.$/)
  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(0)
})
