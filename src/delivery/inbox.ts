import type { ReceiptsEvent, RoomEvent } from '../protocol/events.ts'

/** Identifies an event within an inbox: a message by its seq; all receipts of a room are one event. */
type EventKey = number | 'receipts' | RoomEvent

interface Contents {
  /** Room by room; within a room, in the order in which they were added. */
  events: readonly RoomEvent[]
  chatRoomIds: readonly string[]
}

/**
 * The events that a recipient receives from a batch. Inboxes are immutable: `with` returns the inbox that has one event
 * more, and returns the same object to all recipients with the same events. So all recipients of a room share one
 * inbox, and everything derived from it, however many they are.
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

  /** Returns the empty inbox with which all inboxes of a batch begin. */
  static empty(): Inbox {
    return new Inbox()
  }

  /** Returns the inbox with this event added. */
  with(event: RoomEvent): Inbox {
    const known = this.#after.get(event)
    if (known !== undefined) return known
    const inbox = new Inbox(this, event)
    this.#after.set(event, inbox)
    return inbox
  }

  /** Returns the added events, the latest first. */
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
   * Computes the contents. A message that arrives twice in one batch, by its own record and among those that a new
   * member missed, is included once.
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

/**
 * Merges receipts into one event with the highest seq of each user. The records of one user may arrive in any order.
 */
function withReceipts(before: RoomEvent | undefined, event: ReceiptsEvent): ReceiptsEvent {
  if (before?.event !== 'receipts') return event
  const further = Object.entries(event.receipts).filter(([userId, seq]) => seq > (before.receipts[userId] ?? 0))
  return { ...event, receipts: { ...before.receipts, ...Object.fromEntries(further) } }
}
