import type { Delivery } from '../delivery/delivery.ts'
import { groupBy } from '../delivery/group-by.ts'

/** `stream.window` of `terraform/stack.json`. */
export interface WindowSettings {
  /** How long an invocation under pressure lasts at least; 0 for no window. */
  milliseconds: number
  /** Pressure begins with so many events told to one room within a second. */
  fromEventsPerSecond: number
}

/** @throws Error for a `STREAM_WINDOW_…` that is no number; unset, there is no window */
export function windowOf(env: Record<string, string | undefined>): WindowSettings {
  return {
    milliseconds: numberOf(env, 'STREAM_WINDOW_MS'),
    fromEventsPerSecond: numberOf(env, 'STREAM_WINDOW_FROM_EVENTS_PER_SECOND'),
  }
}

function numberOf(env: Record<string, string | undefined>, name: string): number {
  const value = Number(env[name] ?? 0)
  if (Number.isFinite(value) && value >= 0) return value
  throw new Error(`unable to start the stream function; ${name} is not a number: ${env[name]}`)
}

const SECOND_MS = 1_000

/** Events of one room, of some 300 bytes, that fill a frame. A batch that brings as many shows a backlog: no time to wait. */
const FULL_EVENTS = 100

interface Batch {
  startedAt: number
  /** By room. */
  events: ReadonlyMap<string, number>
}

/**
 * The coalescing window. A batch has what it has: to wait before posting would gain nothing. But Lambda gives a shard's
 * next batch only when this one is done, so an invocation that stays a little after it has posted makes the next one
 * larger, and delays nothing of its own. It stays until `milliseconds` after its start, and only while a room of the
 * shard is busy: what comes after a quiet second goes at once.
 */
export class CoalescingWindow {
  readonly #window: WindowSettings
  #recent: Batch[] = []

  constructor(window: WindowSettings) {
    this.#window = window
  }

  /** Resolves when the invocation that began at `startedAt` (epoch milliseconds) and has posted these may end. */
  async hold(startedAt: number, deliveries: readonly Delivery[]): Promise<void> {
    const batch = { startedAt, events: eventsByRoom(deliveries) }
    this.#recent = [...this.#recent.filter((one) => one.startedAt > startedAt - SECOND_MS), batch]
    const holdMs = startedAt + this.#window.milliseconds - Date.now()
    if (holdMs <= 0 || !this.#isUnderPressure() || Math.max(0, ...batch.events.values()) >= FULL_EVENTS) return
    await new Promise((resolve) => setTimeout(resolve, holdMs))
  }

  #isUnderPressure(): boolean {
    const sums = new Map<string, number>()
    for (const { events } of this.#recent) {
      for (const [chatRoomId, count] of events) sums.set(chatRoomId, (sums.get(chatRoomId) ?? 0) + count)
    }
    return Math.max(0, ...sums.values()) >= this.#window.fromEventsPerSecond
  }
}

/** What all of a room hears; a task's events were counted where the task was made. */
function eventsByRoom(deliveries: readonly Delivery[]): ReadonlyMap<string, number> {
  const toRooms = deliveries.filter(({ only, range }) => only === undefined && range === undefined)
  const rooms = groupBy(toRooms, ({ event }) => event.chatRoomId)
  return new Map([...rooms].map(([chatRoomId, events]) => [chatRoomId, events.length]))
}
