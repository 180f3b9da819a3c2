import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageIdOf } from '../../src/entities/message.ts'
import { directRoomName } from '../../src/protocol/direct-room-name.ts'
import { directRoomId } from '../../src/rooms/direct-room.ts'
import { emojiOf } from './emoji.ts'
import { type Line, numbersOf, Room, type Said, type Thread, withReply } from './room.ts'

/** The used parts of an export's files: https://slack.com/help/articles/220556107 */
interface User {
  id: string
  name: string
  real_name?: string
  profile?: { email?: string; real_name?: string; image_512?: string }
}

interface Channel {
  id: string
  name?: string
  created: number
  creator?: string
  members: string[]
  topic?: { value: string }
  purpose?: { value: string }
}

interface Message {
  type: string
  subtype?: string
  user?: string
  bot_id?: string
  username?: string
  text?: string
  ts: string
  thread_ts?: string
  edited?: { ts: string }
  reactions?: { name: string; users: string[] }[]
  files?: { id: string; name?: string; url_private?: string }[]
}

/** Subtypes of messages that people wrote. The others tell that somebody joined, or that the channel was renamed. */
const SAID = new Set([undefined, 'me_message', 'bot_message', 'thread_broadcast', 'file_share', 'file_comment'])

/** The lists of channels: the file, and whether its rooms are public (`p`) or restricted (`r`). */
const LISTS = [
  ['channels.json', 'p'],
  ['groups.json', 'r'],
  ['mpims.json', 'r'],
  ['dms.json', 'r'],
] as const

/**
 * Converts an unpacked Slack export into the lines of an archive. Holds a day of a channel and the channel's threads in
 * memory.
 *
 * @param userIds your user ids (`sub` of your tokens) by Slack's ids; a user who isn't listed keeps Slack's id
 */
export async function* slackLines(
  folder: string,
  userIds: Readonly<Record<string, string>> = {},
): AsyncGenerator<Line> {
  const users = await list<User>(folder, 'users.json')
  const idOf = (slackId: string): string => userIds[slackId] ?? slackId
  const nameOf = new Map(users.map((user) => [user.id, user.profile?.real_name ?? user.real_name ?? user.name]))
  yield { type: 'archive', version: 1, of: 'Slack' }
  for (const { id, profile } of users) {
    const name = nameOf.get(id)?.trim().slice(0, 64)
    const imageUrl = profile?.image_512
    yield { type: 'profile', userId: idOf(id), ...(name && { name }), ...(imageUrl && { imageUrl }), updatedAt: 0 }
  }
  for (const [file, access] of LISTS) {
    for (const channel of await list<Channel>(folder, file)) yield* channelLines(folder, channel, access, idOf, nameOf)
  }
}

async function* channelLines(
  folder: string,
  channel: Channel,
  access: 'p' | 'r',
  idOf: (slackId: string) => string,
  nameOf: ReadonlyMap<string, string>,
): AsyncGenerator<Line> {
  const { id, name, creator, members, topic, purpose } = channel
  const userIds = members.map(idOf)
  const isDirect = name === undefined
  const [first = 'slack', second = first] = userIds
  const chatRoomId = isDirect ? directRoomId(first, second) : `slack-${id}`
  const createdAt = channel.created * 1_000
  const createdBy = creator === undefined ? first : idOf(creator)
  const roomName = isDirect ? directRoomName([...userIds].sort()) : name
  yield { type: 'room', chatRoomId, roomName, createdBy, createdAt, ...(!isDirect && { access }) }
  const about = [topic?.value, purpose?.value].find((text) => text !== undefined && text !== '')
  if (!isDirect) {
    const listed = access === 'p' ? { roomName } : {}
    yield { type: 'roomDetails', chatRoomId, changes: 0, ...listed, ...(about && { topic: about.slice(0, 250) }) }
  }
  for (const userId of userIds) {
    const role = !isDirect && userId === createdBy ? 'owner' : 'member'
    yield { type: 'member', chatRoomId, userId, role, joinedAt: createdAt, joinedSeq: 0, founding: true }
  }
  const place = join(folder, isDirect ? id : name)
  const { rootSeqs, threads } = await threadsIn(place)
  const room = new Room(chatRoomId)
  for await (const message of messagesIn(place)) {
    const { thread_ts: threadTs, ts } = message
    const rootSeq = threadTs === undefined || threadTs === ts ? undefined : rootSeqs.get(threadTs)
    const said = saidOf(message, idOf, nameOf)
    if (rootSeq !== undefined) said.threadId = messageIdOf(rootSeq)
    if (message.subtype === 'thread_broadcast') said.inRoom = true
    const thread = threads.get(ts)
    yield* room.linesOf(said, thread && { ...thread, lastUserIds: thread.lastUserIds.map(idOf) })
  }
}

/**
 * Reads a channel ahead, because a thread's first message contains the place of its last reply, and replies the place
 * of the first message.
 */
async function threadsIn(place: string): Promise<{ rootSeqs: Map<string, number>; threads: Map<string, Thread> }> {
  const rootSeqs = new Map<string, number>()
  const threads = new Map<string, Thread>()
  let seq = 0
  for await (const message of messagesIn(place)) {
    const { ts, thread_ts: threadTs } = message
    const isReply = threadTs !== undefined && threadTs !== ts && rootSeqs.has(threadTs)
    if (threadTs === ts) rootSeqs.set(ts, seq + 1)
    const said = saidOf(message, (id) => id, new Map())
    const numbers = numbersOf(said)
    seq += numbers
    const reply = { seq, numbers, at: said.at, senderId: said.senderId }
    if (isReply) threads.set(threadTs, withReply(threads.get(threadTs), reply))
  }
  return { rootSeqs, threads }
}

/** Yields the messages day by day, in the order of time. */
async function* messagesIn(place: string): AsyncGenerator<Message> {
  if (!existsSync(place)) return
  for (const day of (await readdir(place)).filter((file) => file.endsWith('.json')).sort()) {
    const messages = JSON.parse(await readFile(join(place, day), 'utf8')) as Message[]
    const inTime = messages.sort((a, b) => Number(a.ts) - Number(b.ts))
    for (const message of inTime) if (message.type === 'message' && SAID.has(message.subtype)) yield message
  }
}

const atOf = (ts: string): number => Math.floor(Number(ts) * 1_000)

function saidOf(message: Message, idOf: (slackId: string) => string, nameOf: ReadonlyMap<string, string>): Said {
  const { user, bot_id: bot, ts, text = '', edited, reactions = [], files = [] } = message
  const mentioned = [...text.matchAll(/<@(\w+)/g)].map(([, id]) => idOf(id!))
  const links = files.map(({ name = 'file', url_private: url = '' }) => `${name} ${url}`.trim())
  const at = atOf(ts)
  return {
    senderId: user === undefined ? `slack-bot-${bot ?? 'unknown'}` : idOf(user),
    at,
    text: [plain(text, nameOf), ...links].filter((part) => part !== '').join('\n') || '(empty)',
    mentions: [...new Set(mentioned)].slice(0, 50),
    ...(edited && { editedAt: atOf(edited.ts) }),
    reactions: reactions.flatMap(({ name, users }) =>
      users.map((id) => ({ reaction: emojiOf(name), userId: idOf(id), at })),
    ),
  }
}

/**
 * Converts Slack's mark-up of mentions, channels and links to text: https://api.slack.com/reference/surfaces/formatting
 */
function plain(text: string, nameOf: ReadonlyMap<string, string>): string {
  return text
    .replace(/<@(\w+)(?:\|([^>]*))?>/g, (_, id: string, label?: string) => `@${label ?? nameOf.get(id) ?? id}`)
    .replace(/<#\w+\|([^>]*)>/g, '#$1')
    .replace(/<!(\w+)[^>]*>/g, '@$1')
    .replace(/<((?:https?|mailto):[^|>]+)\|([^>]*)>/g, (_, url: string, label: string) =>
      url.endsWith(label) ? url : `${label} (${url})`,
    )
    .replace(/<((?:https?|mailto):[^>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** Reads a list, which an export may lack. */
async function list<T>(folder: string, file: string): Promise<T[]> {
  const path = join(folder, file)
  return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as T[]) : []
}
