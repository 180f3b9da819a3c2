import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { loadStack } from '../../terraform/stack.ts'
import { quietLog } from '../support/quiet-log.ts'
import { unique } from '../support/runtime.ts'
import { useChat } from '../support/use-chat.ts'
import { clientOf } from './online.ts'

const IDLE_MS = 1_000

const stack = loadStack()
const getRoom = stack.routes.getRoom!
const broken = { ...stack.functions[getRoom.function]!, entry: 'tests/fixtures/functions/one/throw.ts' }
const chat = await useChat({
  stack: {
    ...stack,
    functions: { ...stack.functions, broken },
    routes: { ...stack.routes, getRoom: { ...getRoom, function: 'broken' } },
  },
  gatewayLimits: { idleMs: IDLE_MS },
  log: quietLog,
})

/** Returns sockets that record what is sent over them. */
function tapped() {
  const sockets: WebSocket[] = []
  const sent: string[] = []
  const waiting = new Set<() => void>()
  const createSocket = (url: string, protocols: string[]) => {
    const socket = new WebSocket(url, protocols)
    const send = socket.send.bind(socket)
    socket.send = (data: unknown) => {
      sent.push(String(data))
      send(String(data))
      for (const wake of waiting) wake()
    }
    sockets.push(socket)
    return socket
  }
  const until = async (look: () => boolean) => {
    while (!look()) await new Promise<void>((resolve) => waiting.add(resolve))
  }
  return { sockets, sent, createSocket, until }
}

test('a client that is silent is not cut off for it, since it pings', async () => {
  const { sockets, sent, createSocket, until } = tapped()
  const client = clientOf(chat, unique('ada'), { createSocket, pingIntervalMs: IDLE_MS / 4 })
  await client.connect()
  const pings = () => sent.filter((frame) => frame.includes('"ping"')).length
  await until(() => pings() >= 6)
  expect(client.status).toBe('connected')
  expect(sockets).toHaveLength(1)
})

test('a frame of the gateway’s own fails the request it answers, and the connection stays', async () => {
  const { sockets, sent, createSocket } = tapped()
  const client = clientOf(chat, unique('ada'), { createSocket })
  await client.connect()
  const room = await client.createRoom({ roomName: 'A room' })
  await expect(room.members()).rejects.toMatchObject({
    code: 'gateway',
    message: 'unable to get an answer; the gateway failed',
    retryable: true,
  })
  expect(sent.filter((frame) => frame.includes('"getRoom"'))).toHaveLength(5)
  await room.send({ content: 'still here' }).done
  expect(sockets).toHaveLength(1)
})
