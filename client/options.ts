import { type Backoff } from './backoff.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Socket } from './link.ts'
import { formPoster, type PostForm } from './post-form.ts'

export interface ChatClientOptions {
  /** `wss://HOST/STAGE` */
  url: string
  /**
   * A JWT for the next connection; asked before every one. Throws `UnauthorizedError` when there is none to be had:
   * then the client stops.
   */
  getToken: () => string | Promise<string>
  /** Bounds of the wait between two attempts to connect, ms. Default 500 to 20,000. */
  backoff?: Partial<Backoff>
  /** The wait starts again at its shortest once a connection has held this long, ms. Default 30,000. */
  stableAfterMs?: number
  /** An attempt (token, socket, sync) is given up after this, ms. Default 20,000. */
  connectTimeoutMs?: number
  /** A request is given up after this, ms. Default 10,000. */
  requestTimeoutMs?: number
  /** A connection on which nothing came for this long is pinged, ms. Default 240,000; below the gateway's 600,000. */
  pingIntervalMs?: number
  /** How often it is asked whether a room has messages that never came, ms. Default 600,000. */
  checkIntervalMs?: number
  /** Messages that may wait to be sent, of all rooms. Default 500. */
  outboxLimit?: number
  /** How long a skipped message may still come by itself before it is asked for, ms. Default 500. */
  holeWaitMs?: number
  /** Messages of one room fetched after a long absence; older ones are passed over. Default 1,000. */
  recoverLimit?: number
  /** After the bucket has taken a file, its message is waited for this long, ms. Default 60,000. */
  arrivalTimeoutMs?: number
  /** Told what listeners and `onProgress` throw. Default: `console.error`. */
  onError?: (error: unknown) => void
  /** Default: the global `WebSocket`; in Node before 22, the package `ws`. */
  createSocket?: (url: string, protocols: string[]) => Socket
  /** Sends an upload's form. Default: XMLHttpRequest in browsers, `node:http` in Node. */
  postForm?: PostForm
  /** Default: the system's. */
  clock?: Clock
  /** From 0 to 1. Default: `Math.random`. */
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
  backoff: { minMs: 500, maxMs: 20_000 },
}

export type Settings = Required<Omit<ChatClientOptions, 'backoff'>> & { backoff: Backoff }

export const settingsOf = (options: ChatClientOptions): Settings => ({
  ...defaults,
  createSocket: (url, protocols) => new WebSocket(url, protocols),
  postForm: formPoster,
  clock: systemClock,
  random: Math.random,
  // The application's own fault: nobody else would hear of it.
  // eslint-disable-next-line no-console
  onError: (error) => console.error(error),
  ...options,
  backoff: { ...defaults.backoff, ...options.backoff },
})
