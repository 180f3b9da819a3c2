import type { ReceiptsEvent, RoomEvent } from '../protocol/events.ts'

/** By which an event is there once: a message by its seq; all receipts of a room are one event. */
type EventKey = number | 'receipts' | RoomEvent

interface Contents {
  /** Room by room, and in each in the order in which they were added. */
  events: readonly RoomEvent[]
  chatRoomIds: readonly string[]
}

/**
 * The events that a recipient receives from a batch. It never changes: one that has an event more is another inbox, and
 * the same for all recipients that had the same events before. So a room's recipients share one, and what is derived
 * from it, however many they are.
 */
export class Inbox {
  readonly #before: Inbox | undefined
  readonly #event: RoomEvent | undefined
  readonly #after = new Map<RoomEvent, Inbox>()
  #contents: Contents | undefined

  private constructor(before?: Inbox, event?: RoomEvent) {
    this.#before = before
    this.#event = event
  }

  /** The one that the inboxes of a batch begin with. */
  static empty(): Inbox {
    return new Inbox()
  }

  with(event: RoomEvent): Inbox {
    const known = this.#after.get(event)
    if (known !== undefined) return known
    const inbox = new Inbox(this, event)
    this.#after.set(event, inbox)
    return inbox
  }

  /** The last one first. */
  static #added(inbox: Inbox): RoomEvent[] {
    const added: RoomEvent[] = []
    for (let node: Inbox | undefined = inbox; node !== undefined; node = node.#before) {
      if (node.#event !== undefined) added.push(node.#event)
    }
    return added
  }

  get events(): readonly RoomEvent[] {
    return this.#read().events
  }

  get chatRoomIds(): readonly string[] {
    return this.#read().chatRoomIds
  }

  /**
   * A message that comes in two ways in one batch (by its own record, and among those that a new member missed) is
   * there once.
   */
  #read(): Contents {
    if (this.#contents !== undefined) return this.#contents
    const rooms = new Map<string, Map<EventKey, RoomEvent>>()
    for (const event of Inbox.#added(this).reverse()) {
      const events = rooms.get(event.chatRoomId) ?? new Map<EventKey, RoomEvent>()
      if (event.event === 'receipts') events.set('receipts', withReceipts(events.get('receipts'), event))
      else events.set(event.event === 'message' ? event.seq : event, event)
      rooms.set(event.chatRoomId, events)
    }
    const events = [...rooms.values()].flatMap((ofRoom) => [...ofRoom.values()])
    return (this.#contents = { events, chatRoomIds: [...rooms.keys()] })
  }
}

/** One event for all who have read, with the furthest of each: records of one user may come in any order. */
function withReceipts(before: RoomEvent | undefined, event: ReceiptsEvent): ReceiptsEvent {
  if (before?.event !== 'receipts') return event
  const further = Object.entries(event.receipts).filter(([userId, seq]) => seq > (before.receipts[userId] ?? 0))
  return { ...event, receipts: { ...before.receipts, ...Object.fromEntries(further) } }
}
