import { AsyncLocalStorage } from 'node:async_hooks'
import { onTestFinished } from 'vitest'
import { seededRandom } from '../../bench/simulation/seeded-random.ts'
import type { TableClient } from '../../src/entities/table-client.ts'

/** Operations that run at the same time, by name. Each is a sequence of requests to the table. */
export type Operations = Record<string, () => Promise<unknown>>

/** What the scheduler offers the code under test. */
export interface Run {
  /** Starts another operation, as the stream does after a write. */
  spawn(name: string, work: () => Promise<unknown>): void
}

export interface Exploration<State> {
  /** Makes what the operations work on. Called anew for every order. */
  given: () => Promise<State>
  operations: (state: State, run: Run) => Operations
  /** Rejects if something is wrong after all operations have ended. */
  then: (state: State) => Promise<void>
  /** Whether no other operation uses the items of this request. Then no other operation needs to go first. */
  isLocal: (request: string) => boolean
  /**
   * How often operations may be interrupted in one order. Most faults of concurrency need two interruptions or fewer.
   */
  preemptions: number
  /** Ends after this many orders, chosen evenly and the same in each run. Default: all orders. */
  most?: number
}

interface Waiting {
  request: string
  send: () => Promise<void>
}

interface Operation {
  name: string
  waiting: Waiting[]
  done: boolean
  error?: unknown
  /** Called when the operation waits with a request, or has ended. */
  rests: () => void
}

const current = new AsyncLocalStorage<Operation>()

/**
 * Runs the operations in every order of their single requests that has at most `preemptions` interruptions. The
 * requests are held back and released one at a time. Bounding the preemptions, as CHESS does, keeps the number of
 * orders small without losing the faults:
 * https://www.microsoft.com/en-us/research/publication/iterative-context-bounding-for-systematic-testing-of-multithreaded-programs/
 *
 * It ends with its test, even if the test runs out of time, because the requests of the next test must not be held
 * back.
 *
 * @returns the number of orders
 * @throws Error with the requests in their order, if an operation or `then` rejects
 */
export async function explore<State>(client: TableClient, exploration: Exploration<State>): Promise<number> {
  const remove = holdBack(client)
  let isOver = false
  const end = () => {
    isOver = true
    remove()
  }
  onTestFinished(end)
  try {
    const { most = Infinity } = exploration
    const random = seededRandom(1)
    const prefixes: number[][] = [[]]
    let orders = 0
    for (; prefixes.length > 0 && orders < most && !isOver; orders++) {
      const [prefix] = prefixes.splice(Math.floor(random() * prefixes.length), 1) as [number[]]
      const choices = await runOnce(exploration, prefix)
      prefixes.push(...alternatives(choices, prefix.length))
    }
    return orders
  } finally {
    end()
  }
}

/** A choice that was made: which operation continued, and of how many. */
interface Choice {
  taken: number
  of: number
}

async function runOnce<State>(exploration: Exploration<State>, prefix: readonly number[]): Promise<Choice[]> {
  const state = await exploration.given()
  const operations: Operation[] = []
  const run: Run = {
    spawn(name, work) {
      const operation: Operation = { name, waiting: [], done: false, rests: () => {} }
      operations.push(operation)
      const end = (error?: unknown) => {
        Object.assign(operation, { done: true, error })
        operation.rests()
      }
      // Outside the context of the operation that spawned it.
      const running = current.exit(() => current.run(operation, work))
      running.then(() => end(), end)
    },
  }
  for (const [name, work] of Object.entries(exploration.operations(state, run))) run.spawn(name, work)

  const choices: Choice[] = []
  const log: string[] = []
  let last: Operation | undefined
  let left = exploration.preemptions
  for (;;) {
    const ready = await readyOf(operations)
    if (ready.length === 0) break
    // The operation that ran last comes first, because continuing with it costs no preemption.
    const ordered = last !== undefined && ready.includes(last) ? [last, ...ready.filter((one) => one !== last)] : ready
    const interrupts = ordered[0] === last
    const stays = interrupts && (left === 0 || exploration.isLocal(last!.waiting[0]!.request))
    const options = stays ? ordered.slice(0, 1) : ordered
    const taken = prefix[choices.length] ?? 0
    choices.push({ taken, of: options.length })
    if (interrupts && taken > 0) left--
    last = options[taken]!
    const { request, send } = last.waiting.shift()!
    log.push(`${last.name}: ${request}`)
    await send()
  }
  try {
    for (const { name, error } of operations)
      if (error !== undefined) throw new Error(`${name} failed`, { cause: error })
    await exploration.then(state)
  } catch (error) {
    throw new Error(`wrong in this order:\n  ${log.join('\n  ')}`, { cause: error })
  }
  return choices
}

/** Returns the beginnings of other orders that differ from this one in a single choice, made after its prefix. */
const alternatives = (choices: readonly Choice[], prefixLength: number): number[][] => {
  const taken = choices.map((choice) => choice.taken)
  return choices.flatMap(({ of }, i) =>
    i < prefixLength ? [] : Array.from({ length: of - 1 }, (_, other) => [...taken.slice(0, i), other + 1]),
  )
}

/** Waits until every operation has ended or waits with a request. Returns those that wait. */
async function readyOf(operations: readonly Operation[]): Promise<Operation[]> {
  for (;;) {
    // By then, an operation has sent all requests that it sends at once.
    await new Promise(setImmediate)
    const alive = operations.filter(({ done }) => !done)
    const busy = alive.find(({ waiting }) => waiting.length === 0)
    if (busy === undefined) return alive
    await new Promise<void>((rests) => (busy.rests = rests))
  }
}

/** Holds back every request that an operation makes. All other requests pass. */
function holdBack(client: TableClient): () => void {
  return client.use(async (request, next) => {
    const operation = current.getStore()
    if (operation === undefined) return next(request)
    let answer = () => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    await new Promise<void>((go) => {
      const send = () => {
        go()
        return answered
      }
      operation.waiting.push({ request: `${request.operation} ${keysOf(request.input)}`, send })
      operation.rests()
    })
    try {
      return await next(request)
    } finally {
      answer()
    }
  })
}

/** Returns the keys that a request names, for whoever reads an order. */
const keysOf = (input: object): string =>
  [...JSON.stringify(input).matchAll(/"(?::sk\d|:pk|pk|sk)":"([^"]+)"/g)].map(([, key]) => key).join(' ')

/** Runs `work` outside any operation, so that its requests aren't held back. */
export const unheld = <T>(work: () => Promise<T>): Promise<T> => current.exit(work)
