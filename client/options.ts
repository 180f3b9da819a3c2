import type { Backoff } from './backoff.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Socket } from './link.ts'
import type { OutboxStore } from './outbox-store.ts'
import type { RoomCache } from './room-cache.ts'
import type { Look } from './look.ts'
import { postFormByXhr, type PostForm } from './post-form.ts'

type Receipts = 'shared' | 'private'

/** The options of a client. `url` and `getToken` are required. All times are in milliseconds. */
export interface ChatClientOptions {
  /** The address of the WebSocket API, `wss://HOST/STAGE`. */
  url: string
  /**
   * Returns a JWT for the next connection. Called before every connection, so it should return a fresh token. If it
   * throws `UnauthorizedError`, the client stops with status `failed`. After any other error the client tries again.
   */
  getToken: () => string | Promise<string>
  /** The shortest and the longest wait between two attempts to connect. Default 500 and 20,000 ms. */
  backoff?: Partial<Backoff>
  /** After a connection has lasted this long, the next wait starts at the shortest again. Default 30,000 ms. */
  stableAfterMs?: number
  /** The longest time to get a token and open a socket. Default 20,000 ms. `sync` has `requestTimeoutMs` per reply. */
  connectTimeoutMs?: number
  /** The longest time to wait for a reply. After it the request rejects with `timeout`. Default 10,000 ms. */
  requestTimeoutMs?: number
  /** A connection that is silent for this long is pinged. Default 240,000 ms; the gateway's limit is 600,000 ms. */
  pingIntervalMs?: number
  /** The time between two checks for messages that never arrived. Default 600,000 ms. */
  checkIntervalMs?: number
  /** How many messages may wait to be sent, in all rooms together. Default 500. */
  outboxLimit?: number
  /** Stores messages that are not sent yet, so that they survive a reload. Default: they are kept in memory only. */
  outbox?: OutboxStore | undefined
  /**
   * Whether other members may see how far this user has read. If this is a function, it is called each time messages
   * are marked as read. Default `shared`.
   */
  receipts?: Receipts | (() => Receipts)
  /** How long to wait for a missing message before it is requested. Default 500 ms. */
  holeWaitMs?: number
  /** How many messages of one room are fetched after a long absence. Older ones are skipped. Default 1,000. */
  recoverLimit?: number
  /** The longest wait for the message of a file that the bucket has accepted. Default 60,000 ms. */
  arrivalTimeoutMs?: number
  /** An upload that makes no progress for this long is sent again. Default 45,000 ms. */
  uploadIdleMs?: number
  /** Stores the rooms' messages, so that they survive a reload. Default: they are kept in memory only. */
  cache?: RoomCache
  /** Receives the errors that listeners, stores and `onProgress` throw. Default: `console.error`. */
  onError?: (error: unknown) => void
  /** Opens a socket with these subprotocols. Default: the global `WebSocket`; in Node before 22, the package `ws`. */
  createSocket?: (url: string, protocols: string[]) => Socket
  /** Sends the form of an upload. Default: by `XMLHttpRequest` in browsers and `node:http` in Node. */
  postForm?: PostForm
  /**
   * Returns the size and a blur of a picture, which receivers show until the picture is loaded. In browsers, pass
   * `lookOf` of `tabletalk/look`. If it throws, the error goes to `onError`, and the file is sent without them.
   * Default: files are sent without them.
   */
  lookOf?: (file: Blob) => Promise<Look>
  /** The clock and its timers, for tests. Default: the system's. */
  clock?: Clock
  /** Returns a number from 0 to 1, for tests. Default: `Math.random`. */
  random?: () => number
}

/** The defaults of the options that are plain values. docs/client.md lists them. */
export const defaults = {
  stableAfterMs: 30_000,
  connectTimeoutMs: 20_000,
  requestTimeoutMs: 10_000,
  pingIntervalMs: 240_000,
  checkIntervalMs: 600_000,
  outboxLimit: 500,
  holeWaitMs: 500,
  recoverLimit: 1_000,
  arrivalTimeoutMs: 60_000,
  uploadIdleMs: 45_000,
  backoff: { minMs: 500, maxMs: 20_000 },
}

/** The options with their defaults filled in. */
export type ResolvedOptions = Required<Omit<ChatClientOptions, 'backoff' | 'outbox' | 'cache' | 'lookOf'>> &
  Pick<ChatClientOptions, 'outbox' | 'cache' | 'lookOf'> & { backoff: Backoff }

/** Returns undefined if `url` is no URL. `URL.canParse` doesn't exist in Safari before 17 and React Native. */
function protocolOf(url: string): string | undefined {
  try {
    return new URL(url).protocol
  } catch {
    return undefined
  }
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError when `url` is not a `ws://` or `wss://` address
 */
export function resolveOptions(options: ChatClientOptions): ResolvedOptions {
  const protocol = protocolOf(options.url)
  if (protocol !== 'ws:' && protocol !== 'wss:') {
    throw new TypeError(`unable to make a client; the url is no ws:// or wss:// address: ${String(options.url)}`)
  }
  return {
    ...defaults,
    createSocket: (url, protocols) => new WebSocket(url, protocols),
    postForm: postFormByXhr,
    clock: systemClock,
    random: Math.random,
    receipts: 'shared',
    // A listener that throws is a bug in the application. Without this line nobody would notice it.
    // eslint-disable-next-line no-console
    onError: (error) => console.error(error),
    ...options,
    backoff: { ...defaults.backoff, ...options.backoff },
  }
}
