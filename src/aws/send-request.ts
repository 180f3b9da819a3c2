import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { type Answer, AnswerReader } from './http-answer.ts'

/** No answer within the time of the attempt. */
class RequestTimedOut extends Error {
  override name = 'TimeoutError'
}

/** The server closed the socket before the answer, or within it. */
class SocketClosed extends Error {
  readonly code = 'ECONNRESET'
}

export interface Sent extends Answer {
  /** Why the body isn't whole, if it isn't. */
  cutOff?: Error
}

/**
 * Sends one POST, once. Redirects are not followed.
 *
 * @param headers all of them, `host` and `content-length` too
 * @throws Error with the name `TimeoutError` when there was no status within `timeoutMs`; BadAnswer; else the error of
 *   the socket
 */
export type SendRequest = (
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
  timeoutMs: number,
) => Promise<Sent>

/** A request until it is answered. */
interface Exchange {
  bytes: string | Uint8Array
  settle: (outcome: Sent | Error) => void
  isOver: boolean
  link?: Link
}

/**
 * Returns a function that sends requests to one host over kept-alive sockets, one request at a time on each, for half
 * the CPU time of `node:http` (`npm run bench:posting`). As there, the newest free socket is used first, a free one
 * keeps no process alive, and none is used in the last second that the server keeps it.
 *
 * @param maxSockets and so the number of requests at once; more of them wait
 * @param keepsBody whether anybody wants to know what was answered beside the status
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
      // For the whole attempt: the timeout of a socket starts anew with every byte.
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

/** A socket, and the request that is on it. */
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

  /** Returns false, and closes the socket, when it can't be used any more. */
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

  giveUp(why: Error): void {
    this.#failure = why
    this.#settle(false)
  }

  #read(isWhole: () => boolean): void {
    // Nobody asked for it.
    if (this.#exchange === undefined) return void this.#socket.destroy()
    try {
      if (isWhole()) this.#settle(true)
    } catch (error) {
      this.giveUp(error as Error)
    }
  }

  /** Ends the exchange, if there is one, with what there is. */
  #settle(isWhole: boolean): void {
    const [exchange, { answer, isReusable }] = [this.#exchange, this.#reader]
    this.#exchange = undefined
    // A server may refuse a request before it is all written.
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

/** How long a server keeps a socket that says `timeout=5`, without the last second. */
function keptMs(keepAlive = ''): number {
  const [, seconds] = /\btimeout=(\d+)/.exec(keepAlive) ?? []
  return seconds === undefined ? Infinity : Number(seconds) * 1_000 - 1_000
}

/** Returns what opens a socket to the host. Over TLS a later one resumes the session of one before. */
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

/** Sends at once, and finds out when the other side is gone without a word. Options of `tls.connect` don't do it. */
const alive = (socket: Socket): Socket => socket.setNoDelay(true).setKeepAlive(true, 1_000)

/** A value with a line break in it would be a header of its own. */
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
