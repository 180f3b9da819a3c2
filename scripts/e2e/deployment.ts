import { randomUUID } from 'node:crypto'
import { tokenOf } from '../shared/token/token-of.ts'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import type { Runtime } from '../../local/runtime.ts'
import { RawClient } from '../shared/raw-client.ts'
import type { Target } from './target.ts'

/** A stack that is already running. */
export interface Deployment {
  /** `wss://HOST/STAGE`. */
  url: string
  /**
   * The program and its arguments that print a user's token; `{userId}` in them stands for the user. Default: the token
   * is requested from the host of `tokensOf`.
   */
  tokenCommand?: string[]
  /** The URL of a local runtime that signs the tokens. Default: `url`, which is one itself. */
  tokensOf?: string
}

/** So many rooms that every shard of the stream almost certainly has one: a new table has four shards. */
const PROBES = 16

/**
 * Returns the deployed stack in the shape of a started runtime. Everything that no client can see throws when a test
 * uses it; `scripts/e2e/selection.ts` does not select such tests.
 */
export function deployedChat({ url, tokenCommand, tokensOf = url }: Deployment, options: RuntimeOptions): Runtime {
  if (Object.keys(options).length > 0) {
    throw new Error(`unable to test a deployed stack with ${Object.keys(options).join(', ')}`)
  }
  const token: Target['token'] = async (userId, { expiresInSeconds } = {}) => {
    if (expiresInSeconds !== undefined) throw new Error('unable to choose how long a deployed stack’s token lasts')
    return tokenOf(userId, tokensOf, tokenCommand)
  }
  const probe = new Probe({ wsUrl: url, token })
  return unseen('the inside', { wsUrl: url, token, mapping: { idle: () => probe.pass() }, close: () => probe.close() })
}

/** Stands for what a client can't see of a deployed stack. Throws for every property that `seen` lacks. */
export function unseen<T extends object>(what: string, seen: object = {}): T {
  return new Proxy(seen, {
    get(target, name) {
      // A promise that resolves to this object reads its `then`.
      if (name in target || name === 'then') return Reflect.get(target, name) as unknown
      throw new Error(`unable to see ${what} of a deployed stack; a test asked for ${String(name)}`)
    },
  }) as T
}

/**
 * Waits until earlier writes have been delivered, as far as a client can know. The records of a shard are processed in
 * order, so the probe's own messages, in rooms on all shards, arrive after them.
 */
class Probe {
  readonly #target: Target
  #opened: Promise<{ client: RawClient; rooms: string[] }> | undefined

  constructor(target: Target) {
    this.#target = target
  }

  async pass(): Promise<void> {
    this.#opened ??= this.#open()
    const { client, rooms } = await this.#opened
    const content = randomUUID()
    await Promise.all(
      rooms.map(async (chatRoomId) => {
        await client.request({ action: 'broadcastMessage', chatRoomId, content })
        await client.messages(chatRoomId, [content])
      }),
    )
  }

  async close(): Promise<void> {
    await (await this.#opened)?.client.close()
  }

  async #open() {
    const token = await this.#target.token(`probe-${randomUUID()}`)
    const client = await RawClient.open(this.#target.wsUrl, token)
    await client.request({ action: 'sync' })
    const rooms = Array.from({ length: PROBES }, () => client.request({ action: 'createRoom', roomName: 'A probe' }))
    return { client, rooms: (await Promise.all(rooms)).map(({ chatRoomId }) => chatRoomId) }
  }
}
