import { Entity, type EntityItem } from 'electrodb'
import { client, imported, indexed, primary, service, table } from './table.ts'

/**
 * The part of a room that sends don't need; `ChatRoom` has the rest. Key: ChatRoomId, in the room's partition, sorted
 * before the room. A room without a topic, settings or anything else of its own has no details.
 *
 * - AP50 `getDetails`: what are this room's topic, settings and pins?
 * - AP51 `changeRoom`: change a room, if nobody has changed it in between
 * - AP52 `publicRooms`: which rooms may anybody enter? (a page, by name, from the index)
 * - AP161 `noteMemberCount`: note how many members the room has
 */
export const ChatRoomDetails = new Entity(
  {
    model: { entity: 'ChatRoomDetails', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      topic: { type: 'string', field: 'Topic' },
      imageUrl: { type: 'string', field: 'ImageUrl' },
      /** JSON of the settings that were chosen; the others have their defaults. */
      settings: { type: 'string', field: 'Settings' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /** Message ids, the newest pin first. */
      pins: { type: 'list', items: { type: 'string' }, field: 'Pins' },
      /**
       * Number of members: in a public room, and in one of more than a thousand. The follow-ups keep it. In any other
       * room it is what there were when the room was made, and isn't used.
       */
      memberCount: { type: 'number', field: 'MemberCount' },
      /** How often the details were changed. */
      changes: { type: 'number', field: 'Version', required: true },
      /** When they were last written, epoch milliseconds. Absent in rows of earlier versions. */
      changedAt: { type: 'number', field: 'ChangedAt' },
      /** `public`; only public rooms have it. */
      listed: { type: 'string', field: 'gsi1pk' },
      /** `<name, NFKC and lower case>#<ChatRoomId>`; only public rooms have it. */
      listedAs: { type: 'string', field: 'gsi1sk' },
      /** The room's name for the list; only public rooms have it. */
      roomName: { type: 'string', field: 'RoomName' },
      imported,
    },
    indexes: { room: { collection: 'roster', ...primary(['chatRoomId'], []) }, byName: indexed('listed', 'listedAs') },
  },
  { table, client },
)

export type DetailsRow = EntityItem<typeof ChatRoomDetails>

/** AP50. Returns a room's details, or undefined if it has none. Strongly consistent. */
export async function getDetails(chatRoomId: string): Promise<DetailsRow | undefined> {
  const { data } = await ChatRoomDetails.get({ chatRoomId }).go({ consistent: true })
  return data ?? undefined
}

/** AP161. Notes how many members a room has. It is no change of the details: their version stays. */
export async function noteMemberCount(chatRoomId: string, memberCount: number): Promise<void> {
  // A room that has no details yet gets them, as unchanged ones.
  await ChatRoomDetails.update({ chatRoomId }).set({ memberCount }).add({ changes: 0 }).go()
}

const LISTED = 'public'

/**
 * Bytes of a room's name in the key of the index. DynamoDB allows 1,024 bytes for the whole sort key, and NFKC can turn
 * one character into 18.
 */
const MAX_LISTED_BYTES = 800

/**
 * Returns a name as the index has it: in NFKC and lower case, so a search ignores case, and cut to `MAX_LISTED_BYTES`.
 */
function searchable(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase()
  if (Buffer.byteLength(folded) <= MAX_LISTED_BYTES) return folded
  // With `stream`, the decoder leaves out a last character that was cut in two.
  return new TextDecoder().decode(Buffer.from(folded).subarray(0, MAX_LISTED_BYTES), { stream: true })
}

/** Returns the attributes that put a public room into the list of rooms. Any other room gets none. */
export const listingOf = ({
  chatRoomId,
  roomName,
  isPublic,
}: {
  chatRoomId: string
  roomName: string
  isPublic: boolean
}) => (isPublic ? { listed: LISTED, listedAs: `${searchable(roomName)}#${chatRoomId}`, roomName } : {})

/** One public room, as the list shows it. */
export interface ListedRoom {
  chatRoomId: string
  roomName: string
  topic?: string
  memberCount: number
}

/**
 * AP52. Returns a page of the public rooms, by name. Eventually consistent, because the index lags; nobody's access or
 * delivery depends on this list.
 *
 * @param page `prefix` is what the names begin with; `after` is the `nextCursor` of the page before
 */
export async function publicRooms(page: { prefix?: string; after?: string; limit: number }): Promise<{
  rooms: ListedRoom[]
  nextCursor?: string
}> {
  const prefix = searchable(page.prefix ?? '')
  const first = page.after === undefined ? prefix || ' ' : `${page.after}!`
  const through = `${prefix}\u{10ffff}`
  // The cursor is of another prefix. DynamoDB refuses a range that ends before it begins.
  if (Buffer.compare(Buffer.from(first), Buffer.from(through)) > 0) return { rooms: [] }
  const { data } = await ChatRoomDetails.query
    .byName({ listed: LISTED })
    .between({ listedAs: first }, { listedAs: through })
    .go({ limit: page.limit + 1, count: page.limit + 1, pages: 'all' })
  const rooms = data.slice(0, page.limit)
  const last = rooms.at(-1)
  return {
    rooms: rooms.map(({ chatRoomId, roomName = '', topic, memberCount = 0 }) => ({
      chatRoomId,
      roomName,
      memberCount,
      ...(topic === undefined ? {} : { topic }),
    })),
    ...(data.length > page.limit && last?.listedAs !== undefined ? { nextCursor: last.listedAs } : {}),
  }
}
