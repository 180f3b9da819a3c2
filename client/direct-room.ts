import type { MessageEvent } from '../src/protocol/events.ts'
import { Emitter } from './emitter.ts'
import { MessageStreams } from './message-stream.ts'
import type { MessageExtras } from './outbox-store.ts'
import type { Destination, OutgoingMessage, Sent } from './outbox.ts'
import type { Room } from './room.ts'
import type { RoomContext } from './room-context.ts'
import type { RoomEvents } from './room-events.ts'

/** An event of a room that its direct conversation emits too. */
export interface ForwardedEvent {
  name: keyof RoomEvents
  payload: RoomEvents[keyof RoomEvents]
}

/** Adds a listener for these events. Returns a function that removes it. */
export const onForwarded = (room: Room, listener: (event: ForwardedEvent) => void): (() => void) =>
  room.emitter.follow((name, payload) => {
    // The conversation emits `outgoing` itself, for the messages that were sent through it.
    if (name !== 'outgoing') listener({ name, payload })
  })

/**
 * The direct conversation with one user. `client.direct(userId)` returns it. The server creates its room with the first
 * message, whichever of the two users sends it.
 *
 * `for await (const message of direct)` iterates over the messages that arrive from now on, until
 * `client.disconnect()`.
 *
 * @example
 * const bob = client.direct('bob')
 * bob.on('message', ({ senderId, content }) => console.log(senderId, content))
 * await bob.send({ content: 'just between us' }).done
 * console.log(await bob.room?.history())
 */
export class DirectRoom implements AsyncIterable<MessageEvent> {
  /** The id of the other user. */
  readonly userId: string
  /** @internal */
  readonly streams = new MessageStreams<MessageEvent>()
  /**
   * Adds a listener for one of the conversation's events. It may be added before the room exists.
   *
   * @param name see {@link RoomEvents}
   * @param listener receives the event's payload; an error that it throws goes to the option `onError`
   * @returns a function that removes the listener
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

  /** The conversation's room, for history, typing, uploads and so on. `undefined` before the first message. */
  get room(): Room | undefined {
    return this.#room
  }

  /**
   * Sends a text message to the user. Returns at once and never throws, as `room.send` does.
   *
   * @param message `content`: 1 to `client.limits.contentBytes` (16,384) bytes of UTF-8; the other fields as for
   * `room.send`
   * @returns the outgoing message. Its promise `done` resolves with the receipt, or rejects with a `ChatError` such as
   * `invalid_request`, `too_large` or `outbox_full`
   *
   * @example
   * const { chatRoomId } = await client.direct('bob').send({ content: 'hello' }).done
   * console.log(client.room(chatRoomId).isDirect)
   */
  send(message: { content: string } & MessageExtras): OutgoingMessage {
    return this.#context.outbox.send(this.destination, 'text', message)
  }

  /** The messages of this client to the user that wait to be sent or have failed, as `room.unsent`. */
  get unsent(): OutgoingMessage[] {
    return this.#context.outbox.unsentTo(this.destination)
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    return this.streams.open()
  }

  /**
   * Connects the conversation with its room, and emits the room's events from now on.
   *
   * @internal
   * @param held the room's earlier events, which are emitted first
   */
  bind(room: Room, held: readonly ForwardedEvent[] = []): void {
    if (this.#room) return
    this.#room = room
    for (const event of held) this.#forward(event)
    onForwarded(room, (event) => this.#forward(event))
    this.#emitter.emit('updated', room.details)
  }

  #forward({ name, payload }: ForwardedEvent): void {
    if (name === 'message') this.streams.push(payload as MessageEvent)
    this.#emitter.emit(name, payload)
  }
}
