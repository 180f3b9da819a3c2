import { Entity, type EntityItem } from 'electrodb'
import { client, imported, indexed, primary, service, table } from './table.ts'

/**
 * What a room is, beside what every send needs (`ChatRoom`). Key: ChatRoomId, in the room's partition and in front of
 * the room. A room that is as it was made, with neither topic nor settings of its own, has none.
 *
 * - AP50 `getDetails`: what is this room?
 * - AP51 `changeRoom`: what is it from now on, if nobody has changed it in between?
 * - AP52 `publicRooms`: which rooms may anybody enter? (a page, by name, from the index)
 */
export const ChatRoomDetails = new Entity(
  {
    model: { entity: 'ChatRoomDetails', version: '1', service },
    attributes: {
      chatRoomId: { type: 'string', field: 'ChatRoomId', required: true },
      topic: { type: 'string', field: 'Topic' },
      imageUrl: { type: 'string', field: 'ImageUrl' },
      /** JSON of what was chosen; the rest has its defaults. */
      settings: { type: 'string', field: 'Settings' },
      /** JSON. */
      metadata: { type: 'string', field: 'Metadata' },
      /** Message ids, the newest pin first. */
      pins: { type: 'list', items: { type: 'string' }, field: 'Pins' },
      /** Number of members when it was last counted. */
      memberCount: { type: 'number', field: 'MemberCount' },
      /** How often the details were changed. */
      changes: { type: 'number', field: 'Version', required: true },
      /** Of a public room only: `public`. */
      listed: { type: 'string', field: 'gsi1pk' },
      /** Of a public room only: `<name, NFKC and lower case>#<ChatRoomId>`. */
      listedAs: { type: 'string', field: 'gsi1sk' },
      /** Of a public room only, for the list. */
      roomName: { type: 'string', field: 'RoomName' },
      imported,
    },
    indexes: { room: { collection: 'roster', ...primary(['chatRoomId'], []) }, byName: indexed('listed', 'listedAs') },
  },
  { table, client },
)

export type DetailsRow = EntityItem<typeof ChatRoomDetails>

/** AP50. Consistent. */
export async function getDetails(chatRoomId: string): Promise<DetailsRow | undefined> {
  const { data } = await ChatRoomDetails.get({ chatRoomId }).go({ consistent: true })
  return data ?? undefined
}

const LISTED = 'public'

/** Bytes of a name in the list's key, of which DynamoDB allows 1,024 in all: one character may become 18 by NFKC. */
const MAX_LISTED_BYTES = 800

/** NFKC and lower case: a name is found whatever its case, by as much of it as the key holds. */
function searchable(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase()
  if (Buffer.byteLength(folded) <= MAX_LISTED_BYTES) return folded
  // A character that is cut in two is left out.
  return new TextDecoder().decode(Buffer.from(folded).subarray(0, MAX_LISTED_BYTES), { stream: true })
}

/** What puts a public room into the list, or keeps any other out of it. */
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
 * AP52. From the index, which lags: nobody's access or delivery depends on it.
 *
 * @param page `prefix` of the name; `after` is the `nextCursor` of the page before
 */
export async function publicRooms(page: { prefix?: string; after?: string; limit: number }): Promise<{
  rooms: ListedRoom[]
  nextCursor?: string
}> {
  const prefix = searchable(page.prefix ?? '')
  const first = page.after === undefined ? prefix || ' ' : `${page.after}!`
  const through = `${prefix}\u{10ffff}`
  // A cursor of another prefix: DynamoDB refuses a range that ends before it begins.
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
