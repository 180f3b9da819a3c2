import type { MessageEvent } from '../src/protocol/events.ts'
import { Emitter } from './emitter.ts'
import { MessageStreams } from './message-stream.ts'
import type { MessageExtras } from './outbox-store.ts'
import type { Destination, OutgoingMessage, Sent } from './outbox.ts'
import type { Room } from './room.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomEvents } from './room-events.ts'

/** An event of a room that is the conversation's as well. */
export interface ForwardedEvent {
  name: keyof RoomEvents
  payload: RoomEvents[keyof RoomEvents]
}

/** Subscribes to these events. Returns a function that unsubscribes. */
export const onForwarded = (room: Room, listener: (event: ForwardedEvent) => void): (() => void) =>
  room.emitter.follow((name, payload) => {
    // The conversation emits its own for its own messages.
    if (name !== 'outgoing') listener({ name, payload })
  })

/**
 * The conversation with one user. `client.direct(userId)` returns it. The server makes its room at the first message,
 * whichever of the two sends it.
 *
 * `for await (const message of direct)` takes the messages from now on, until `client.disconnect()`.
 *
 * @example
 * const bob = client.direct('bob')
 * bob.on('message', ({ senderId, content }) => console.log(senderId, content))
 * await bob.send({ content: 'just between us' }).done
 * console.log(await bob.room?.history())
 */
export class DirectRoom implements AsyncIterable<MessageEvent> {
  /** The other user. */
  readonly userId: string
  /** @internal */
  readonly streams = new MessageStreams<MessageEvent>()
  /**
   * Subscribes to the conversation's events, also before there is a room.
   *
   * @param name see {@link RoomEvents}
   * @param listener receives the event's payload; what it throws goes to the option `onError`
   * @returns a function that unsubscribes
   */
  readonly on: Emitter<RoomEvents>['on']
  readonly #context: RoomContext
  readonly #emitter: Emitter<RoomEvents>
  /** @internal */
  readonly destination: Destination
  #room: Room | undefined

  /** @internal */
  constructor(context: RoomContext, userId: string, onRoom: (direct: DirectRoom, sent: Sent) => void) {
    this.userId = userId
    this.#context = context
    this.#emitter = new Emitter(context.options.onError)
    this.on = this.#emitter.on.bind(this.#emitter)
    this.destination = {
      to: { recipientId: userId },
      isOpen: () => true,
      onSent: (message, sent) => {
        onRoom(this, sent)
        context.echo(message, sent)
      },
      onChange: (message) => this.#emitter.emit('outgoing', message),
    }
  }

  /** The conversation's room, for history, typing, uploads and the rest. `undefined` before the first message. */
  get room(): Room | undefined {
    return this.#room
  }

  /**
   * Sends a text to the user. Returns at once and never throws, as `room.send` does.
   *
   * @param message `content`: 1 to `client.limits.contentBytes` (16,384) bytes of UTF-8
   * @returns the message on its way; its `done` rejects with `invalid_request`, `too_large`, `outbox_full` and others
   */
  send(message: { content: string } & MessageExtras): OutgoingMessage {
    return this.#context.outbox.send(this.destination, 'text', message)
  }

  /** The messages of this client to the user that wait to be sent or have failed, as a room's `unsent`. */
  get unsent(): OutgoingMessage[] {
    return this.#context.outbox.unsentTo(this.destination)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    return this.streams.open()
  }

  /**
   * @internal
   * @param held the room's events so far that are the conversation's too
   */
  bind(room: Room, held: readonly ForwardedEvent[] = []): void {
    if (this.#room) return
    this.#room = room
    for (const event of held) this.#forward(event)
    onForwarded(room, (event) => this.#forward(event))
  }

  #forward({ name, payload }: ForwardedEvent): void {
    if (name === 'message') this.streams.push(payload as MessageEvent)
    this.#emitter.emit(name, payload)
  }
}
