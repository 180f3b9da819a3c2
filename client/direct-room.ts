import type { MessageEvent } from '../src/protocol/events.ts'
import { Emitter } from './emitter.ts'
import { MessageStreams } from './message-stream.ts'
import type { Lane, OutgoingMessage, Sent } from './outbox.ts'
import type { Room } from './room.ts'
import type { RoomEvents } from './room-feed.ts'
import type { Session } from './session.ts'

const names = ['message', 'typing', 'memberJoined', 'memberLeft', 'recovered', 'discontinuity', 'uploadFailed'] as const

/** The conversation with one user. Its room is made at the first message, whoever writes it. */
export class DirectRoom implements AsyncIterable<MessageEvent> {
  readonly userId: string
  /** @internal */
  readonly streams = new MessageStreams<MessageEvent>()
  readonly on: Emitter<RoomEvents>['on']
  readonly #session: Session
  readonly #emitter: Emitter<RoomEvents>
  readonly #lane: Lane
  #room: Room | undefined

  /** @internal */
  constructor(session: Session, userId: string, onRoom: (direct: DirectRoom, sent: Sent) => void) {
    this.userId = userId
    this.#session = session
    this.#emitter = new Emitter(session.settings.onError)
    this.on = this.#emitter.on.bind(this.#emitter)
    this.#lane = {
      to: { recipientId: userId },
      isOpen: () => true,
      onSent: (message, sent) => {
        onRoom(this, sent)
        session.echo(message, sent)
      },
      onChange: (message) => this.#emitter.emit('outgoing', message),
    }
  }

  /** For history, typing, uploads and the rest, once somebody has written. */
  get room(): Room | undefined {
    return this.#room
  }

  /** Sends a text: at once, or when there is a connection. */
  send({ content }: { content: string }): OutgoingMessage {
    return this.#session.outbox.send(this.#lane, 'text', content)
  }

  /** Takes the messages from now on. */
  [Symbol.asyncIterator](): AsyncIterableIterator<MessageEvent> {
    return this.streams.open()
  }

  /** @internal */
  bind(room: Room): void {
    if (this.#room) return
    this.#room = room
    room.on('message', (message) => this.streams.push(message))
    for (const name of names) room.on(name, (payload) => this.#emitter.emit(name, payload as never))
  }
}
