import type { Reply } from '../src/protocol/actions.ts'
import { DEFAULT_ROOMS_PAGE, MAX_SYNC_ONLY } from '../src/protocol/limits.ts'
import { isInvalidRequest } from './errors.ts'
import type { Link } from './link.ts'
import { pages } from './pages.ts'
import type { Room } from './room.ts'
import type { RoomContext } from './room-context.ts'
import type { Claimed, RoomFeed } from './room-feed.ts'
import type { Session } from './session.ts'
import { syncPage } from './sync-page.ts'

/** The most characters of room positions in one `sync`, so that its frame stays below 32 KB. The next one has more. */
const CLAIMS_CHARS = 24_000

/** Of the rooms that are requested by id, this many are the ones used last. The others have the newest messages. */
const USED_FIRST = 10

/** The ids that the server accepts. An application may call `client.room` with any text. */
const ROOM_ID = /^[A-Za-z0-9_:-]{1,64}$/

interface RoomEntry {
  room: Room
  feed: RoomFeed
}

interface SyncOptions {
  context: RoomContext
  link: Link
  session: Session
  /** All rooms that the client has heard of. */
  entries: ReadonlyMap<string, RoomEntry>
  open: (chatRoomId: string) => RoomEntry
  /** Called when this user is a member of a room that this client hasn't joined. */
  onAdded: (room: Room) => void
  /** Called when the rooms that the application uses are synced, if other rooms follow. */
  onFirst: ((reply: Reply<'sync'>) => void) | undefined
}

/**
 * One `sync` of a link with all rooms of the user, page by page. If there is more than a page of rooms and the server
 * supports `only`, the rooms that the application has used last come first. On a slow link it requests few rooms at a
 * time and no messages; the rooms' inboxes then request those.
 */
export class RoomSync {
  readonly #options: SyncOptions
  readonly #listed = new Set<string>()
  /** Rooms whose position was sent for a page. If this user is still a member, a page must list them. */
  readonly #claimed = new Set<string>()
  #added: Room[] = []
  /** This client's positions when it sent the last request, by room. */
  #positions: Record<string, Claimed> = {}
  #after = ''
  /** When the last request was sent, as a number of `nextPlace`. */
  #askedAt = 0
  /** When the last request was sent, server time. */
  #askedAtTime = 0
  /** Rooms that this user was removed from while the request was under way. */
  readonly #doubtful: string[] = []
  #hasNamed = false
  #isFirstDone = false

  constructor(options: SyncOptions) {
    this.#options = options
  }

  /**
   * Requests all pages.
   *
   * @returns `last`: the last page. `left`: rooms that the user has certainly left, because they would be listed.
   * `unsure`: rooms that are not listed, but whose positions weren't sent either. `doubtful`: rooms that are listed,
   * but that this user was removed from while the request was under way
   */
  async run(): Promise<{ last: Reply<'sync'>; left: string[]; unsure: string[]; doubtful: string[] }> {
    let last: Reply<'sync'> | undefined
    for await (const reply of pages((cursor) => this.#request(cursor))) {
      this.#options.context.announce(reply)
      const restored = reply.rooms.flatMap(({ chatRoomId }) => this.#options.open(chatRoomId).feed.restored ?? [])
      if (restored.length > 0) await Promise.all(restored)
      for (const summary of reply.rooms) this.#enter(summary)
      if (reply.nextCursor === undefined || this.#isFirst) this.#tellAdded()
      if (reply.nextCursor !== undefined && this.#isFirst && !this.#isFirstDone) this.#firstDone(reply)
      last = reply
    }
    const missing = [...this.#options.entries].filter(([id, { feed }]) => isMember(feed) && !this.#listed.has(id))
    const ids = missing.map(([id]) => id)
    const [left, unsure] = [true, false].map((claimed) => ids.filter((id) => this.#claimed.has(id) === claimed))
    return { last: last!, left: left!, unsure: unsure!, doubtful: this.#doubtful }
  }

  /** Whether the rooms that the application uses have been listed. Without `only` that is after the last page. */
  get #isFirst(): boolean {
    return this.#canAskForLess && (this.#hasNamed || this.#usedLast().length === 0)
  }

  get #canAskForLess(): boolean {
    return this.#options.context.hasFeature('partialSync')
  }

  async #request({ cursor }: { cursor?: string }): Promise<Reply<'sync'>> {
    const { context, link, session } = this.#options
    const only = this.#isTooMany(cursor) ? this.#usedLast() : []
    this.#hasNamed ||= only.length > 0
    this.#positions = only.length > 0 ? this.#positionsOf(only) : this.#positionsAfter(this.#after)
    const all = Object.entries(this.#positions)
    const positions = all.slice(0, context.replySize.gaps(all.length))
    const revs = numbersOf(positions, 'rev')
    const frame = {
      action: 'sync' as const,
      rooms: numbersOf(positions, 'seq'),
      ...(Object.keys(revs).length > 0 && { revs }),
      ...(only.length > 0 && { only }),
      ...(only.length === 0 && this.#limit),
      ...(cursor === undefined ? session : { cursor }),
    }
    if (only.length === 0) for (const [id] of positions) this.#claimed.add(id)
    this.#askedAt = context.nextPlace()
    this.#askedAtTime = context.serverNow()
    try {
      const reply = await syncPage(link, frame, context.options)
      if (only.length === 0) this.#after = reply.rooms.at(-1)?.chatRoomId ?? this.#after
      return reply
    } catch (error) {
      // The server may be older than the one that announced the features, and reject their fields.
      if (isInvalidRequest(error)) context.forgetFeatures()
      throw error
    }
  }

  /** Whether there are so many rooms that those which the application uses may not be on the next page. */
  #isTooMany(cursor: string | undefined): boolean {
    if (!this.#canAskForLess || this.#hasNamed) return false
    const known = [...this.#options.entries.values()].filter(({ feed }) => isMember(feed))
    return cursor !== undefined || known.length > this.#options.context.replySize.of(DEFAULT_ROOMS_PAGE)
  }

  get #limit(): { limit?: number } {
    const { replySize } = this.#options.context
    return this.#canAskForLess && replySize.isReduced ? { limit: replySize.of(DEFAULT_ROOMS_PAGE) } : {}
  }

  /** The ids of the rooms to request by id, the most important first. */
  #usedLast(): string[] {
    const { entries, context } = this.#options
    const used = [...entries].filter(
      ([id, { feed }]) =>
        feed.membership !== 'left' && feed.usedAt + feed.heardAt > 0 && ROOM_ID.test(id) && !this.#listed.has(id),
    )
    const byUse = [...used].sort(([, a], [, b]) => b.feed.usedAt - a.feed.usedAt).slice(0, USED_FIRST)
    const byNews = [...used].sort(([, a], [, b]) => newest(b.feed) - newest(a.feed))
    const ids = [...byUse, ...byNews].map(([id]) => id)
    return [...new Set(ids)].slice(0, context.replySize.of(MAX_SYNC_ONLY))
  }

  #positionsOf(ids: readonly string[]): Record<string, Claimed> {
    return Object.fromEntries(ids.flatMap((id) => this.#positionOf(id)))
  }

  /** The positions of the rooms whose ids come after `after`, ordered by id, as many as fit into a frame. */
  #positionsAfter(after: string): Record<string, Claimed> {
    const positions: Record<string, Claimed> = {}
    let chars = 0
    for (const id of [...this.#options.entries.keys()].sort()) {
      const [pair] = id > after ? this.#positionOf(id) : []
      if (!pair) continue
      // A room with a rev is named twice in the frame.
      chars += JSON.stringify(pair).length + (pair[1].rev === undefined ? 0 : id.length)
      if (chars > CLAIMS_CHARS) break
      positions[id] = pair[1]
    }
    return positions
  }

  /** Returns the position of a room as a pair, or an empty list if the room has none. */
  #positionOf(id: string): [string, Claimed][] {
    const { feed } = this.#options.entries.get(id)!
    const { seq, rev } = feed.position
    return isMember(feed) && seq !== undefined ? [[id, { seq, rev }]] : []
  }

  #enter(summary: Reply<'sync'>['rooms'][number]): void {
    const { chatRoomId } = summary
    const { feed, room } = this.#options.open(chatRoomId)
    this.#listed.add(chatRoomId)
    if (feed.expelledAt > this.#askedAt) {
      this.#doubtful.push(chatRoomId)
      return
    }
    if (!isMember(feed)) this.#added.push(room)
    feed.entered(summary, this.#positions[chatRoomId], this.#askedAtTime)
    // The link is already in use, so the room needn't wait for the end of the sync.
    if (this.#isFirstDone) feed.resume()
  }

  #firstDone(reply: Reply<'sync'>): void {
    const { onFirst } = this.#options
    if (!onFirst) return
    this.#isFirstDone = true
    onFirst(reply)
  }

  #tellAdded(): void {
    for (const room of this.#added.splice(0)) this.#options.onAdded(room)
  }
}

const isMember = ({ membership }: RoomFeed): boolean => membership === 'member'

const numbersOf = (positions: [string, Claimed][], name: keyof Claimed): Record<string, number> =>
  Object.fromEntries(positions.flatMap(([id, { [name]: number }]) => (number === undefined ? [] : [[id, number]])))

const newest = ({ usedAt, heardAt }: RoomFeed): number => Math.max(usedAt, heardAt)
