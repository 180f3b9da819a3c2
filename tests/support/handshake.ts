import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

/** How a server has answered a handshake: with a socket, or with a status. */
interface Answered {
  socket: WebSocket
  response: IncomingMessage
}

/** Asks for a socket, again if the gateway throttles, and closes it when the test ends. */
async function ask(url: string, protocols: readonly string[]): Promise<Answered> {
  for (;;) {
    const socket = new WebSocket(url, [...protocols])
    onTestFinished(() => socket.terminate())
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('upgrade', resolve)
      socket.on('unexpected-response', (_, refusal) => resolve(refusal))
    })
    if (response.statusCode !== 429) return { socket, response }
  }
}

/**
 * Opens a socket and returns it with the server's handshake.
 *
 * @throws Error if it is refused
 */
export async function handshake(url: string, protocols: readonly string[] = []): Promise<Answered> {
  const answered = await ask(url, protocols)
  if (answered.response.statusCode !== 101) throw new Error(`refused with ${answered.response.statusCode}`)
  if (answered.socket.readyState === WebSocket.CONNECTING) await once(answered.socket, 'open')
  return answered
}

/** Returns the HTTP status with which a handshake is refused. */
export const refusal = async (url: string, protocols: readonly string[] = []): Promise<number | undefined> =>
  (await ask(url, protocols)).response.statusCode
