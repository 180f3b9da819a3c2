/** Socket.IO 4 as its documentation sets it up for a chat, with recovery: one process, everything in memory. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { answerCalls } from '../shared/rpc.ts'

const http = createServer()

const calls = {
  async start(): Promise<{ url: string }> {
    const io = new Server(http, {
      connectionStateRecovery: { maxDisconnectionDuration: 2 * 60_000, skipMiddlewares: true },
      perMessageDeflate: false,
      transports: ['websocket'],
    })
    let seq = 0
    io.on('connection', (socket) => {
      // The in-memory adapter joins at once.
      Promise.resolve(socket.join('bench')).catch((error: unknown) => console.error(error))
      socket.on('say', ({ content }: { content: string }, acknowledge: (reply: { seq: number }) => void) => {
        seq++
        const message = { event: 'message', chatRoomId: 'bench', seq, messageId: String(seq).padStart(16, '0') }
        const rest = { kind: 'broadcast', senderId: 'user-0', content, timestamp: Date.now() }
        io.to('bench').emit('message', { ...message, ...rest })
        acknowledge({ seq })
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    return { url: `ws://127.0.0.1:${String(port)}/socket.io/?EIO=4&transport=websocket` }
  },
}

export type SocketIoCalls = typeof calls

answerCalls(calls)
