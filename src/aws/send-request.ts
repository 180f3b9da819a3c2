import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { type Answer, AnswerReader } from './http-answer.ts'

/** There was no response within the time of the attempt. */
class RequestTimedOut extends Error {
  override name = 'TimeoutError'
}

/** The server closed the socket before or during the response. */
class SocketClosed extends Error {
  readonly code = 'ECONNRESET'
}

/** A response, complete or cut off. */
export interface Sent extends Answer {
  /** Why the body is incomplete; undefined if it is complete. */
  cutOff?: Error
}

/**
 * Sends one POST, once. Redirects are not followed.
 *
 * @param headers all headers, including `host` and `content-length`
 * @throws Error with the name `TimeoutError` when there was no status within `timeoutMs`; BadAnswer; else the error of
 *   the socket
 */
export type SendRequest = (
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
  timeoutMs: number,
) => Promise<Sent>

/** A request that waits for its response. */
interface Exchange {
  bytes: string | Uint8Array
  settle: (outcome: Sent | Error) => void
  isOver: boolean
  link?: Link
}

/**
 * Returns a function that sends requests to one host over kept-alive sockets, one request at a time on each. It takes
 * half the CPU time of `node:http` (`npm run bench:posting`). As in `node:http`, the newest free socket is used first,
 * a free socket keeps no process alive, and a socket is not used in the last second before the server closes it.
 *
 * @param maxSockets also the number of concurrent requests; further requests wait
 * @param keepsBody whether the body of a response is needed, and not only its status
 */
export function sendTo(url: URL, maxSockets: number, keepsBody: boolean): SendRequest {
  const open = openerOf(url)
  const free: Link[] = []
  const waiting: Exchange[] = []
  let links = 0

  const pool: Pool = {
    keepsBody,
    freed(link) {
      free.push(link)
      const next = nextWaiting()
      if (next !== undefined) start(next)
    },
    closed(link) {
      links--
      const place = free.indexOf(link)
      if (place >= 0) free.splice(place, 1)
      const next = nextWaiting()
      if (next !== undefined) start(next)
    },
  }

  function nextWaiting(): Exchange | undefined {
    for (;;) {
      const next = waiting.shift()
      if (next === undefined || !next.isOver) return next
    }
  }

  function start(exchange: Exchange): void {
    for (let link = free.pop(); link !== undefined; link = free.pop()) {
      if (link.carry(exchange)) return
    }
    if (links === maxSockets) {
      waiting.push(exchange)
      return
    }
    links++
    new Link(open(), pool).carry(exchange)
  }

  return (path, headers, body, timeoutMs) =>
    new Promise((resolve, reject) => {
      const exchange: Exchange = {
        bytes: bytesOf(path, headers, body),
        isOver: false,
        settle(outcome) {
          if (exchange.isOver) return
          exchange.isOver = true
          clearTimeout(timer)
          if (outcome instanceof Error) reject(outcome)
          else resolve(outcome)
        },
      }
      // Covers the whole attempt, because the timeout of a socket restarts with every byte.
      const timer = setTimeout(() => {
        const late = new RequestTimedOut(`unable to finish the request; no answer within ${timeoutMs} ms`)
        if (exchange.link === undefined) exchange.settle(late)
        else exchange.link.giveUp(late)
      }, timeoutMs)
      start(exchange)
    })
}

interface Pool {
  keepsBody: boolean
  /** Takes back a link that can carry another request. */
  freed: (link: Link) => void
  closed: (link: Link) => void
}

/** A socket, and the request that is currently on it. */
class Link {
  readonly #socket: Socket
  readonly #pool: Pool
  #reader: AnswerReader
  #exchange: Exchange | undefined
  #failure: Error | undefined
  /** Epoch milliseconds. */
  #usableUntil = Infinity

  constructor(socket: Socket, pool: Pool) {
    this.#socket = socket
    this.#pool = pool
    this.#reader = new AnswerReader(pool.keepsBody)
    socket.on('data', (bytes: Buffer) => this.#read(() => this.#reader.push(bytes)))
    socket.on('end', () => {
      this.#read(() => this.#reader.end())
      socket.destroy()
    })
    socket.on('error', (error) => {
      this.#failure ??= error
    })
    socket.on('close', () => {
      this.#settle(false)
      pool.closed(this)
    })
  }

  /** Sends a request. Returns false, and closes the socket, if the socket can no longer be used. */
  carry(exchange: Exchange): boolean {
    if (this.#socket.destroyed || Date.now() >= this.#usableUntil) {
      this.#socket.destroy()
      return false
    }
    exchange.link = this
    this.#exchange = exchange
    this.#socket.ref()
    this.#socket.write(exchange.bytes)
    return true
  }

  /** Ends the current request with an error, and closes the socket. */
  giveUp(why: Error): void {
    this.#failure = why
    this.#settle(false)
  }

  #read(isWhole: () => boolean): void {
    // No request is waiting for these bytes.
    if (this.#exchange === undefined) return void this.#socket.destroy()
    try {
      if (isWhole()) this.#settle(true)
    } catch (error) {
      this.giveUp(error as Error)
    }
  }

  /** Ends the current request, if there is one, with what has arrived. */
  #settle(isWhole: boolean): void {
    const [exchange, { answer, isReusable }] = [this.#exchange, this.#reader]
    this.#exchange = undefined
    // A server may refuse a request before all of it is written.
    const staysOpen = isWhole && isReusable && this.#socket.writableLength === 0 && !this.#socket.destroyed
    if (staysOpen) {
      this.#reader = new AnswerReader(this.#pool.keepsBody)
      this.#usableUntil = Date.now() + keptMs(answer?.headers['keep-alive'])
      this.#socket.unref()
      this.#pool.freed(this)
    } else {
      this.#socket.destroy()
    }
    if (answer === undefined)
      exchange?.settle(this.#failure ?? new SocketClosed('unable to send; the socket was closed'))
    else if (isWhole) exchange?.settle(answer)
    else {
      const cutOff = this.#failure ?? new SocketClosed('unable to read the answer; it is cut off')
      exchange?.settle({ ...answer, cutOff })
    }
  }
}

/** Returns how long a server keeps a socket open, minus one second, from a header such as `timeout=5`. */
function keptMs(keepAlive = ''): number {
  const [, seconds] = /\btimeout=(\d+)/.exec(keepAlive) ?? []
  return seconds === undefined ? Infinity : Number(seconds) * 1_000 - 1_000
}

/** Returns a function that opens sockets to the host. With TLS, a new socket resumes the session of an earlier one. */
function openerOf({ protocol, hostname, port }: URL): () => Socket {
  const isSecure = protocol === 'https:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: Number(port || (isSecure ? 443 : 80)) }
  if (!isSecure) return () => alive(connect(to))
  const servername = isIP(host) === 0 ? { servername: host } : {}
  let session: Buffer | undefined
  return () => {
    const socket = connectSecurely({ ...to, ...servername, ALPNProtocols: ['http/1.1'], ...(session && { session }) })
    socket.on('session', (ticket) => {
      session = ticket
    })
    socket.on('error', () => {
      session = undefined
    })
    return alive(socket)
  }
}

/** Sends without delay, and detects a peer that has vanished. `tls.connect` has no options for this. */
const alive = (socket: Socket): Socket => socket.setNoDelay(true).setKeepAlive(true, 1_000)

/** Characters that no header value may have. A line break would let a value inject another header. */
const UNSAFE = /[^\t\x20-\x7e]/

function bytesOf(path: string, headers: Record<string, string>, body: Uint8Array | string): string | Uint8Array {
  let head = `POST ${path} HTTP/1.1\r\n`
  for (const name in headers) {
    const value = headers[name]!
    if (UNSAFE.test(value)) throw new TypeError(`unable to send; the header ${name} has a character that none may have`)
    head += `${name}: ${value}\r\n`
  }
  head += 'connection: keep-alive\r\n\r\n'
  if (typeof body === 'string') return head + body
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 'latin1')
  bytes.set(body, head.length)
  return bytes
}
