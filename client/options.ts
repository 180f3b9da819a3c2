import type { Backoff } from './backoff.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Socket } from './link.ts'
import type { OutboxStore } from './outbox-store.ts'
import type { RoomCache } from './room-cache.ts'
import type { Look } from './look.ts'
import { postFormByXhr, type PostForm } from './post-form.ts'

type Receipts = 'shared' | 'private'

/** The options of a client: `url` and `getToken` are required. Times are in ms. */
export interface ChatClientOptions {
  /** The WebSocket's address, `wss://HOST/STAGE`. */
  url: string
  /**
   * Returns a JWT for the next connection; called before every one. When it throws `UnauthorizedError`, the client
   * stops with status `failed`; after any other error it tries again.
   */
  getToken: () => string | Promise<string>
  /** The shortest and longest wait between two attempts to connect, ms. Default 500 and 20,000. */
  backoff?: Partial<Backoff>
  /** After a connection has lasted this long, the next wait is the shortest again, ms. Default 30,000. */
  stableAfterMs?: number
  /** The longest time to get a token and a socket, ms. Default 20,000. `sync` has `requestTimeoutMs` for each reply. */
  connectTimeoutMs?: number
  /** The longest time for a reply, ms; then the request fails with `timeout`. Default 10,000. */
  requestTimeoutMs?: number
  /** A connection that is silent for this long is pinged, ms. Default 240,000; the gateway's limit is 600,000. */
  pingIntervalMs?: number
  /** The time between two checks for messages that never arrived, ms. Default 600,000. */
  checkIntervalMs?: number
  /** How many messages may wait to be sent, in all rooms together. Default 500. */
  outboxLimit?: number
  /** Keeps texts that aren't sent yet, so that they survive a reload. Default: they are kept in memory only. */
  outbox?: OutboxStore | undefined
  /**
   * Whether the senders of what this user reads, and other members, may know of it: asked at each mark, if it is a
   * function. Default `shared`.
   */
  receipts?: Receipts | (() => Receipts)
  /** How long to wait for a missing message before it is requested, ms. Default 500. */
  holeWaitMs?: number
  /** How many messages of one room are fetched after a long absence; older ones are skipped. Default 1,000. */
  recoverLimit?: number
  /** The longest wait for the message of a file that the bucket has accepted, ms. Default 60,000. */
  arrivalTimeoutMs?: number
  /** An upload that makes no progress for this long is sent again, ms. Default 45,000. */
  uploadIdleMs?: number
  /** Keeps the rooms' messages over a restart. Default: in memory only. */
  cache?: RoomCache
  /** Receives what listeners and `onProgress` throw. Default: `console.error`. */
  onError?: (error: unknown) => void
  /** Opens a socket with these subprotocols. Default: the global `WebSocket`; in Node before 22, the package `ws`. */
  createSocket?: (url: string, protocols: string[]) => Socket
  /** Sends an upload's form. Default: `XMLHttpRequest` in browsers, `node:http` in Node. */
  postForm?: PostForm
  /**
   * Returns what is shown of a picture before it is there, for others to keep its place: `lookOf` of `tabletalk/look`
   * in browsers. What it throws is given to `onError`, and the file is sent without. Default: nothing is told.
   */
  lookOf?: (file: Blob) => Promise<Look>
  /** The clock and its timers. Default: the system's. */
  clock?: Clock
  /** Returns a number from 0 to 1. Default: `Math.random`. */
  random?: () => number
}

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

/** Not by `URL.canParse`, which Safari before 17 and React Native don't have. */
function protocolOf(url: string): string | undefined {
  try {
    return new URL(url).protocol
  } catch {
    return undefined
  }
}

/** Fills in the defaults. @throws TypeError when `url` is no `ws://` or `wss://` address */
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
    // A bug of the application's: without this it would go unnoticed.
    // eslint-disable-next-line no-console
    onError: (error) => console.error(error),
    ...options,
    backoff: { ...defaults.backoff, ...options.backoff },
  }
}
