import { createHash } from 'node:crypto'
import { messageIdOf } from '../../src/entities/message.ts'
import { directRoomName } from '../../src/protocol/direct-room-name.ts'
import { directRoomId } from '../../src/rooms/direct-room.ts'
import { linesOf } from '../shared/archive/lines-of.ts'
import { emojiOf } from './emoji.ts'
import { type Line, numbersOf, Room, type Said, type Thread, withReply } from './room.ts'

interface Post {
  user: string
  message: string
  create_at: number
  edit_at?: number
  reactions?: { user: string; emoji_name: string; create_at: number }[]
  attachments?: { path: string }[]
  replies?: Post[] | null
}

/** The used parts of a line: https://docs.mattermost.com/onboard/bulk-loading-data.html */
type Item =
  | { type: 'channel'; channel: { team: string; name: string; display_name: string; type: string; header?: string } }
  | {
      type: 'user'
      user: {
        username: string
        first_name?: string
        last_name?: string
        teams?: { name: string; channels?: { name: string; roles?: string }[] }[] | null
      }
    }
  | { type: 'post'; post: Post & { team: string; channel: string } }
  | { type: 'direct_channel'; direct_channel: { members: string[] } }
  | { type: 'direct_post'; direct_post: Post & { channel_members: string[] } }
  | { type: 'version' | 'team' | 'role' | 'scheme' | 'emoji' | 'bot' }

/** The creation time of rooms. The export has none; any will do if it is always the same. */
const MADE_AT = 0
const MADE_BY = 'mattermost'

/**
 * Converts a Mattermost bulk export into the lines of an archive. Holds one line in memory, and a number for each room.
 *
 * @param path of the export's JSON Lines; attachments are named by their paths below the folder `data`
 * @param userIds your user ids by Mattermost's user names; a user who isn't listed keeps the name
 */
export async function* mattermostLines(
  path: string,
  userIds: Readonly<Record<string, string>> = {},
): AsyncGenerator<Line> {
  const idOf = (name: string): string => userIds[name] ?? name
  const rooms = new Map<string, Room>()
  const roomOf = (chatRoomId: string): Room => {
    const room = rooms.get(chatRoomId) ?? new Room(chatRoomId)
    rooms.set(chatRoomId, room)
    return room
  }
  yield { type: 'archive', version: 1, of: 'Mattermost' }
  for await (const { text } of linesOf(path)) {
    const item = JSON.parse(text) as Item
    if (item.type === 'channel') yield* channelLines(item.channel)
    if (item.type === 'user') yield* userLines(item.user, idOf)
    if (item.type === 'direct_channel') yield* directLines(item.direct_channel.members.map(idOf))
    if (item.type === 'post') yield* postLines(roomOf(roomIdOf(item.post.team, item.post.channel)), item.post, idOf)
    if (item.type === 'direct_post') {
      const { channel_members: members, ...post } = item.direct_post
      yield* postLines(roomOf(directIdOf(members.map(idOf))), post, idOf)
    }
  }
}

const MAX_ROOM_ID = 64

/** Returns a team and a channel as a room's id, or a hash of them if they are too long. */
function roomIdOf(team: string, channel: string): string {
  const id = `mm-${team}_${channel}`.replace(/[^\w:-]/g, '-')
  return id.length <= MAX_ROOM_ID
    ? id
    : `mm-${createHash('sha256').update(`${team}_${channel}`).digest('hex').slice(0, 40)}`
}

function directIdOf(members: readonly string[]): string {
  const [first = MADE_BY, second = first] = members
  if (members.length <= 2) return directRoomId(first, second)
  return `mm-${createHash('sha256')
    .update([...members].sort().join(' '))
    .digest('hex')
    .slice(0, 40)}`
}

const made = { createdBy: MADE_BY, createdAt: MADE_AT }

function* channelLines(channel: Extract<Item, { type: 'channel' }>['channel']): Generator<Line> {
  const { team, name, display_name: shown, type, header } = channel
  const chatRoomId = roomIdOf(team, name)
  const roomName = (shown.trim() || name).slice(0, 128)
  const isPublic = type === 'O'
  yield { type: 'room', chatRoomId, roomName, ...made, access: isPublic ? 'p' : 'r' }
  const topic = header === undefined || header === '' ? {} : { topic: header.slice(0, 250) }
  yield { type: 'roomDetails', chatRoomId, changes: 0, ...topic, ...(isPublic && { roomName }) }
}

const joined = { joinedAt: MADE_AT, joinedSeq: 0, founding: true }

function* userLines(user: Extract<Item, { type: 'user' }>['user'], idOf: (name: string) => string): Generator<Line> {
  const { username, first_name: first = '', last_name: last = '', teams } = user
  const userId = idOf(username)
  const name = `${first} ${last}`.trim().slice(0, 64)
  yield { type: 'profile', userId, ...(name !== '' && { name }), updatedAt: MADE_AT }
  for (const team of teams ?? []) {
    for (const { name: channel, roles = '' } of team.channels ?? []) {
      const role = roles.includes('channel_admin') ? 'owner' : 'member'
      yield { type: 'member', chatRoomId: roomIdOf(team.name, channel), userId, role, ...joined }
    }
  }
}

function* directLines(members: string[]): Generator<Line> {
  const chatRoomId = directIdOf(members)
  const access = members.length > 2 ? { access: 'r' } : {}
  yield { type: 'room', chatRoomId, roomName: directRoomName([...members].sort()), ...made, ...access }
  for (const userId of new Set(members)) yield { type: 'member', chatRoomId, userId, role: 'member', ...joined }
}

/** Yields a post and its replies, which are part of it. */
function* postLines(room: Room, post: Post, idOf: (name: string) => string): Generator<Line> {
  const said = saidOf(post, idOf)
  const threadId = messageIdOf(room.seq + 1)
  const replies = (post.replies ?? []).map((reply) => ({ ...saidOf(reply, idOf), threadId }))
  let seq = room.seq + numbersOf(said)
  let thread: Thread | undefined
  for (const reply of replies) {
    const numbers = numbersOf(reply)
    seq += numbers
    thread = withReply(thread, { seq, numbers, at: reply.at, senderId: reply.senderId })
  }
  yield* room.linesOf(said, thread)
  for (const reply of replies) yield* room.linesOf(reply)
}

function saidOf(
  { user, message, create_at: at, edit_at: editedAt, reactions, attachments }: Post,
  idOf: (name: string) => string,
): Said {
  const files = (attachments ?? []).map(({ path }) => path)
  return {
    senderId: idOf(user),
    at,
    text: message === '' && files.length === 0 ? '(empty)' : message,
    files,
    ...(editedAt !== undefined && editedAt > 0 && { editedAt }),
    reactions: (reactions ?? []).map(({ user: by, emoji_name: name, create_at: reactedAt }) => ({
      ...{ reaction: emojiOf(name), userId: idOf(by), at: reactedAt },
    })),
  }
}
