import { defined } from '../protocol/defined.ts'
import type { ChatEvent } from '../protocol/events.ts'
import { MAX_FRAME_BYTES } from '../protocol/limits.ts'

const HEAD = Buffer.from('{"type":"events","events":[')
const TAIL = Buffer.from(']}')
const COMMA = Buffer.from(',')
const EMPTY = HEAD.length + TAIL.length

/** A WebSocket text with one or more events. */
export interface Frame {
  bytes: Uint8Array
  /** Number of events in the frame. */
  events: number
  /** When the oldest message in the frame was written, in epoch milliseconds; undefined if it has no messages. */
  oldest?: number
}

/**
 * Packs events, in order, into as few frames as possible. A frame has at most 32 KB, the unit by which API Gateway
 * meters. A larger event has a frame of its own. Each event is serialised once, and connections that receive the same
 * events share the same buffers.
 */
export class FramePacker {
  readonly #json = new Map<ChatEvent, Buffer>()
  readonly #ids = new Map<ChatEvent, number>()
  readonly #packed = new Map<string, Frame[]>()
  readonly #framesOf = new WeakMap<readonly ChatEvent[], Frame[]>()

  /** Returns the frames for a list of events. The result is cached and must not be changed. */
  frames(events: readonly ChatEvent[]): Frame[] {
    const known = this.#framesOf.get(events) ?? this.#framesOfEqual(events)
    this.#framesOf.set(events, known)
    return known
  }

  /** Finds the frames of another list that holds the same event objects. */
  #framesOfEqual(events: readonly ChatEvent[]): Frame[] {
    const key = events.map((event) => this.#idOf(event)).join()
    const packed = this.#packed.get(key) ?? this.#pack(events)
    this.#packed.set(key, packed)
    return packed
  }

  #idOf(event: ChatEvent): number {
    const id = this.#ids.get(event) ?? this.#ids.size
    this.#ids.set(event, id)
    return id
  }

  #pack(events: readonly ChatEvent[]): Frame[] {
    const frames: Frame[] = []
    let parts: Buffer[] = []
    let size = EMPTY
    let oldest: number | undefined
    const close = () => {
      // Each part is followed by a comma. The last comma is left out.
      if (parts.length > 0) {
        const bytes = Buffer.concat([HEAD, ...parts.slice(0, -1), TAIL])
        frames.push({ bytes, events: parts.length / 2, ...defined({ oldest }) })
      }
      parts = []
      oldest = undefined
      size = EMPTY
    }
    for (const event of events) {
      const json = this.#serialised(event)
      if (parts.length > 0 && size + json.length > MAX_FRAME_BYTES) close()
      parts.push(json, COMMA)
      size += json.length + COMMA.length
      if (event.event === 'message') oldest = Math.min(oldest ?? Infinity, event.timestamp)
    }
    close()
    return frames
  }

  #serialised(event: ChatEvent): Buffer {
    const json = this.#json.get(event) ?? Buffer.from(JSON.stringify(event))
    this.#json.set(event, json)
    return json
  }
}
