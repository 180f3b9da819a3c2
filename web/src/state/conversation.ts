import type { DirectRoom, MessageEvent, Room } from '../../../client/index.ts'
import { isVisible } from '../text/visible.ts'
import type { Drafts } from './drafts.ts'
import { Members } from './members.ts'
import { Store } from './store.ts'
import { Timeline } from './timeline.ts'
import { hashOf, type Route } from './route.ts'
import { Unread } from './unread.ts'
import { Uploads } from './uploads.ts'

interface About {
  userId: string
  /** The other user, of a direct conversation; may be told later. */
  peer: string | undefined
  /** Up to where it has been read. */
  readTo: number
  drafts: Drafts
}

/** A room, or the conversation with one user, with all that the page shows of it. */
export class Conversation {
  /** Stays the same for as long as the conversation is on the page. */
  readonly key: string
  readonly kind: 'room' | 'direct'
  readonly title: Store<string>
  readonly timeline: Timeline
  readonly members: Members
  readonly unread: Unread
  readonly uploads: Uploads
  readonly typing = new Store<readonly string[]>([])
  peer: string | undefined
  readonly on: Room['on']
  readonly #talk: Room | DirectRoom
  readonly #userId: string
  readonly #drafts: Drafts

  constructor(talk: Room | DirectRoom, { userId, peer, readTo, drafts }: About) {
    this.#talk = talk
    this.#userId = userId
    this.#drafts = drafts
    this.peer = peer
    const { on } = talk
    this.on = on
    this.key = 'id' in talk ? talk.id : `@${talk.userId}`
    this.kind = peer !== undefined || this.key.startsWith('dm:') ? 'direct' : 'room'
    this.title = new Store(visibleOf(peer) ?? visibleOf(this.room?.name) ?? this.key)
    this.unread = new Unread(readTo, this.room?.position ?? 0)
    this.timeline = new Timeline({
      on,
      history: async (page) => (await this.room?.history(page)) ?? { messages: [], hasMore: false },
    })
    this.members = new Members({ on, members: async () => (await this.room?.members()) ?? [userId, this.peer ?? ''] })
    this.uploads = new Uploads(() => this.room)
    on('message', (message) => this.unread.arrived(message, message.senderId === userId))
    on('typing', (userIds) => this.typing.set(userIds))
  }

  /** None yet for a direct conversation that nobody has begun. */
  get room(): Room | undefined {
    return 'id' in this.#talk ? this.#talk : this.#talk.room
  }

  get route(): Route {
    if (this.peer !== undefined) return { kind: 'direct', userId: this.peer }
    return { kind: 'room', id: this.room?.id ?? this.key }
  }

  /** Who or what it is about, for its colour. */
  get subject(): string {
    return this.peer ?? this.room?.id ?? this.key
  }

  /** What is written and not sent. */
  get draft(): string {
    return this.#drafts.get(hashOf(this.route))
  }

  set draft(text: string) {
    this.#drafts.set(hashOf(this.route), text)
  }

  /** Whether messages or files would be lost if the page were closed now. */
  get hasUnsent(): boolean {
    return this.timeline.get().pending.length > 0 || this.uploads.areUnderWay
  }

  send(content: string): void {
    this.room?.typing.stop()
    this.#talk.send({ content })
  }

  /** At every key. */
  keystroke(): void {
    this.room?.typing.keystroke()
  }

  isOwn = (message: Pick<MessageEvent, 'senderId'>): boolean => message.senderId === this.#userId

  /** Everything that is there has been looked at. */
  readonly markRead = (): void => {
    const last = this.timeline.get().messages.at(-1)?.seq
    const head = Math.max(last ?? 0, this.room?.position ?? 0)
    this.unread.read(head)
  }

  /** After an absence, in which other things may have been said. */
  rejoined(): void {
    this.timeline.restart()
    this.markRead()
  }

  /** A direct conversation whose peer its name didn't tell. */
  async findPeer(): Promise<void> {
    const members = (await this.room?.members()) ?? []
    this.peer = members.find((userId) => userId !== this.#userId) ?? members[0]
    if (this.peer !== undefined) this.title.set(this.peer)
  }
}

/** A name of blanks only would leave nothing to click on. */
const visibleOf = (name: string | undefined): string | undefined =>
  name !== undefined && isVisible(name) ? name : undefined
