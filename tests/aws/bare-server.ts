import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { onTestFinished } from 'vitest'

/** A request that arrived on a socket. */
export interface Asked {
  path: string
  /** The whole request, one character per byte. */
  bytes: string
  socket: Socket
  /** Number of the server's socket, counted from 1. */
  link: number
}

interface BareServer {
  url: URL
  asked: Asked[]
  sockets: Socket[]
}

type Respond = (asked: Asked) => void

/** Starts a server that reads requests and lets `respond` write anything to the socket. Closed when the test ends. */
export async function bareServer(respond: Respond): Promise<BareServer> {
  return listen(createServer(), 'connection', 'http', respond)
}

/** Does the same over TLS, with a self-signed certificate. */
export async function bareTlsServer(respond: Respond): Promise<BareServer & { resumed: boolean[] }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
  const server = createTlsServer({ key, cert })
  const resumed: boolean[] = []
  server.on('secureConnection', (socket: TLSSocket) => resumed.push(socket.isSessionReused()))
  return { ...(await listen(server, 'secureConnection', 'https', respond)), resumed }
}

async function listen(server: Server, event: string, protocol: string, respond: Respond): Promise<BareServer> {
  const [asked, sockets]: [Asked[], Socket[]] = [[], []]
  server.on(event, (socket: Socket) => {
    const link = sockets.push(socket)
    socket.on('error', () => undefined)
    let read = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      read += text
      const [, path, length] = /^POST (\S+) HTTP\/1\.1\r\n(?:[^]*?\r\n)?content-length: (\d+)\r\n/.exec(read) ?? []
      const head = read.indexOf('\r\n\r\n') + 4
      const end = head + Number(length)
      if (path === undefined || read.length < end) return
      const one = { path, bytes: read.slice(0, end), socket, link }
      read = read.slice(end)
      asked.push(one)
      respond(one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { url: new URL(`${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}`), asked, sockets }
}
