import { afterAll, afterEach, describe, expect, inject, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { type PermissionName, permissions, refusal, type Standing } from '../../src/protocol/permissions.ts'
import type { Access, ChosenAccess } from '../../src/protocol/room-schema.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { socketOnly } from '../../src/protocol/server-api.ts'
import type { Scope } from '../../src/protocol/scopes.ts'
import { givenBackend } from '../support/backend.ts'
import { startFaultyDynamoDb } from '../support/faulty-dynamodb.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { onlineAs, outcomeOf } from '../support/scoped.ts'
import { useChat } from '../support/use-chat.ts'
import { validFrames } from '../support/valid-frames.ts'

const table = await startFaultyDynamoDb(inject('dynamodbEndpoint'))
afterAll(() => table.close())
const chat = await useChat({
  environment: { AWS_ENDPOINT_URL_DYNAMODB: table.endpoint, SEARCH: 'on' },
  followups: { maximumBatchingWindowInSeconds: 0 },
})
afterEach(() => {
  table.fault = undefined
})

/** Actions that are not about one room. */
const ofNoRoom = [
  'sync',
  'ping',
  'createRoom',
  'listRooms',
  'listPublicRooms',
  'blockUser',
  'unblockUser',
  'listBlocked',
  'markRead',
  'getUnread',
  'getThreads',
  'getMentions',
  'setProfile',
  'getUsers',
  'getOnline',
] as const satisfies Action[]

type RoomAction = Exclude<Action, (typeof ofNoRoom)[number]>

/** The permission that each action needs. `join` and `leave` have rules of their own. */
const asks = {
  joinRoom: 'join',
  leaveRoom: 'leave',
  getRoom: 'read',
  getHistory: 'read',
  getMessages: 'read',
  getChanges: 'read',
  searchMessages: 'read',
  getFileUrl: 'read',
  listMembers: 'read',
  markUnread: 'read',
  setNotifications: 'read',
  getReceipts: 'read',
  enterPresence: 'read',
  leavePresence: 'read',
  getPresence: 'read',
  reportMessage: 'read',
  sendMessage: 'send',
  broadcastMessage: 'send',
  typingIndicator: 'send',
  addReaction: 'react',
  removeReaction: 'react',
  getReactions: 'read',
  followThread: 'read',
  handleFileUpload: 'send',
  addMembers: 'add',
  createInvite: 'add',
  listInvites: 'add',
  revokeInvite: 'add',
  pinMessage: 'pin',
  unpinMessage: 'pin',
  editMessage: 'edit',
  deleteMessage: 'deleteOwn',
  removeMember: 'kick',
  banMember: 'ban',
  unbanMember: 'ban',
  listBans: 'ban',
  muteMember: 'mute',
  setRole: 'setRole',
  closeRoom: 'close',
  getAudit: 'audit',
  updateRoom: 'describe',
  deleteRoom: 'delete',
} as const satisfies { [A in RoomAction]: PermissionName | 'join' | 'leave' }

interface Try {
  asks: PermissionName | 'join' | 'leave'
  frame: { action: Action } & Record<string, unknown>
  /** The standing of the user on whom the action acts. */
  upon?: Standing
}

/** An unknown user. The reply to an unban doesn't reveal whether the user exists. */
const NOBODY = 'nobody-at-all'

/** Returns every action in that room. Those that change who may do what come last. */
function triesIn(
  chatRoomId: string,
  message: string,
  subjects: Record<string, string>,
  host: string,
  { own = message, theirs = message } = {},
): Try[] {
  const frames = {
    ...validFrames(chatRoomId),
    handleFileUpload: {
      action: 'handleFileUpload',
      chatRoomId,
      fileName: 'a.txt',
      contentType: 'text/plain',
      size: 1,
    },
    getFileUrl: { action: 'getFileUrl', chatRoomId, messageId: message },
    reportMessage: { action: 'reportMessage', chatRoomId, messageId: message, reason: 'spam' },
    addReaction: { action: 'addReaction', chatRoomId, messageId: message, reaction: '👍' },
    removeReaction: { action: 'removeReaction', chatRoomId, messageId: message, reaction: '👍' },
    getReactions: { action: 'getReactions', chatRoomId, messageId: message },
    followThread: { action: 'followThread', chatRoomId, threadId: message, following: true },
    pinMessage: { action: 'pinMessage', chatRoomId, messageId: message },
    unpinMessage: { action: 'unpinMessage', chatRoomId, messageId: message },
    editMessage: { action: 'editMessage', chatRoomId, messageId: own, content: 'hello again' },
    deleteMessage: { action: 'deleteMessage', chatRoomId, messageId: own },
    getMessages: { action: 'getMessages', chatRoomId, messageIds: [message] },
    unbanMember: { action: 'unbanMember', chatRoomId, userId: NOBODY },
    closeRoom: { action: 'closeRoom', chatRoomId, closed: false },
    addMembers: { action: 'addMembers', chatRoomId, userIds: [host] },
  } as const
  const { deleteRoom, leaveRoom, removeMember, banMember, muteMember, setRole, ...plain } = Object.fromEntries(
    Object.entries(asks).map(([action, permission]) => {
      const frame = (frames as unknown as Record<string, Try['frame']>)[action]!
      return [action, { asks: permission, frame }]
    }),
  ) as Record<RoomAction, Try>
  const upon = (one: Try, userId: string, standing: Standing): Try => ({
    ...one,
    frame: { ...one.frame, userId },
    upon: standing,
  })
  return [
    ...Object.values(plain),
    { asks: 'mentionRoom', frame: { action: 'sendMessage', chatRoomId, content: 'all', mentionRoom: true } },
    { asks: 'send', frame: { action: 'sendMessage', chatRoomId, content: 'a reply', threadId: message } },
    ...['sendMessage', 'broadcastMessage', 'handleFileUpload'].map((action): Try => {
      const frame = (frames as unknown as Record<string, Try['frame']>)[action]!
      return { asks: 'send', frame: { ...frame, clientMessageId: action } }
    }),
    { asks: 'configure', frame: { action: 'updateRoom', chatRoomId, metadata: { tea: 'green' } } },
    { asks: 'configure', frame: { action: 'updateRoom', chatRoomId, settings: { receipts: false } } },
    { asks: 'describe', frame: { action: 'updateRoom', chatRoomId, settings: { slowModeSeconds: 0 } } },
    { asks: 'deleteAny', frame: { action: 'deleteMessage', chatRoomId, messageId: theirs }, upon: 'owner' },
    upon(muteMember, subjects.muteMember!, 'member'),
    upon(setRole, subjects.setRole!, 'member'),
    upon(removeMember, subjects.removeMember!, 'member'),
    upon(banMember, subjects.banMember!, 'member'),
    ...[muteMember, setRole, removeMember, banMember].map((one) => upon(one, host, 'owner')),
    deleteRoom,
    leaveRoom,
  ]
}

interface Person {
  name: string
  scope?: Scope
  /** The role that the host gives the user. Undefined if the user is not a member. */
  role?: 'guest' | 'member' | 'moderator' | 'owner'
  muted?: true
  banned?: true
}

const people: Person[] = [
  { name: 'a stranger' },
  { name: 'a guest', role: 'guest' },
  { name: 'a member whose token makes guests', role: 'member', scope: 'guest' },
  { name: 'a muted member', role: 'member', muted: true },
  { name: 'a banned user', banned: true },
  { name: 'a member', role: 'member' },
  { name: 'a moderator', role: 'moderator' },
  { name: 'an owner', role: 'owner' },
  { name: 'an admin who is no member', scope: 'admin' },
]

const standingOf = ({ role, scope }: Person): Standing | undefined =>
  scope === 'admin' ? 'admin' : role === undefined ? undefined : scope === 'guest' ? 'guest' : role

const MUTED_MS = 3_600_000

/** Returns the answer that the table of permissions demands. */
function expected({ asks, upon, frame }: Try, person: Person, access: Access, id: string) {
  const standing = access === 'direct' && person.scope === 'admin' ? undefined : standingOf(person)
  const isIn = person.role !== undefined
  if (asks === 'join') {
    if (isIn || person.scope === 'admin') return access === 'direct' && !isIn ? 'room_not_found' : 'ok'
    if (access === 'private' || access === 'direct') return 'room_not_found'
    return person.banned ? 'banned' : 'ok'
  }
  if (asks === 'leave') return isIn ? 'ok' : 'not_a_member'
  if (standing === undefined) return 'not_a_member'
  const place = { chatRoomId: id, settings: settingsOf(access), closed: false }
  const actor = { standing, mutedUntil: person.muted ? Date.now() + MUTED_MS : 0 }
  const why = refusal(asks, actor, place, Date.now(), upon)
  // These rooms have no files.
  return why ?? (frame.action === 'getFileUrl' ? 'invalid_request' : 'ok')
}

/** Tries everything, one after the other. After the room is deleted, nobody is a member. */
async function tryAll(client: RawClient, tries: Try[], expectedOf: (one: Try) => string) {
  const got: string[] = []
  const wanted: string[] = []
  let isDeleted = false
  for (const one of tries) {
    const { action, ...rest } = one.frame
    const name = `${action} ${JSON.stringify(rest)}`
    got.push(`${name}: ${await outcomeOf(client, one.frame)}`)
    const outcome = !isDeleted ? expectedOf(one) : one.asks === 'join' ? 'room_not_found' : 'not_a_member'
    wanted.push(`${name}: ${outcome}`)
    if (action === 'deleteRoom' && outcome === 'ok') isDeleted = true
  }
  expect(got).toEqual(wanted)
}

const upon = ['muteMember', 'setRole', 'removeMember', 'banMember'] as const

/** Creates a room with a host, one message, one user for each action on a user, and this person. */
async function givenRoomOf(person: Person, access: ChosenAccess) {
  const [host, userId] = [unique('host'), unique('me')]
  const subjects = Object.fromEntries(upon.map((action) => [action, unique(action)]))
  const [owner, client] = await Promise.all([online(chat, host), onlineAs(chat, userId, person.scope)])
  const { chatRoomId } = await owner.request({
    action: 'createRoom',
    roomName: 'A room',
    access,
    members: [...Object.values(subjects), ...(person.role === undefined ? [] : [userId])],
  })
  const { messageId } = await owner.request({ action: 'sendMessage', chatRoomId, content: 'hello' })
  const theirs = (await owner.request({ action: 'sendMessage', chatRoomId, content: 'to be deleted' })).messageId
  const { role } = person
  const own = await ownMessage(client, chatRoomId, person)
  if (role !== undefined && role !== 'member') {
    await owner.request({ action: 'setRole', chatRoomId, userId, role })
  }
  if (person.muted) await owner.request({ action: 'muteMember', chatRoomId, userId, seconds: MUTED_MS / 1_000 })
  if (person.banned) await owner.request({ action: 'banMember', chatRoomId, userId })
  return { chatRoomId, client, tries: triesIn(chatRoomId, messageId, subjects, host, { theirs, ...own }) }
}

/** Sends a message as this person, if they may. */
async function ownMessage(client: RawClient, chatRoomId: string, { role, scope }: Person): Promise<{ own?: string }> {
  if (scope === 'guest' || (role === undefined && scope !== 'admin')) return {}
  return { own: (await client.request({ action: 'sendMessage', chatRoomId, content: 'my own' })).messageId }
}

test('every action is in the matrix, and every permission is asked for', () => {
  expect([...ofNoRoom, ...Object.keys(asks)].sort()).toEqual(Object.keys(actions).sort())
  const asked = new Set<string>([...Object.values(asks), 'configure', 'deleteAny', 'mentionRoom'])
  expect(Object.keys(permissions).filter((name) => !asked.has(name))).toEqual([])
})

describe.for(['private', 'link', 'public'] as const)('in a %s room', (access) => {
  test.for(people)('$name may do what the table says, and nothing else', async (person) => {
    const { chatRoomId, client, tries } = await givenRoomOf(person, access)
    const [join, ...rest] = tries
    // A successful join makes the user a member, so a user who is not one tries it last.
    const ordered = person.role === undefined ? [...rest, join!] : tries
    await tryAll(client, ordered, (one) => expected(one, person, access, chatRoomId))
  })
})

/** The two users of a direct room. One of them created it and is stored as its owner. */
const two: (Person & { isFounder?: true; blocked?: 'by me' | 'by them' })[] = [
  { name: 'who wrote first', role: 'member', isFounder: true },
  { name: 'the other', role: 'member' },
  { name: 'one whose token makes guests', role: 'member', scope: 'guest' },
  { name: 'one who is an admin elsewhere', role: 'member', scope: 'admin' },
]

describe.for(['private', 'link', 'public', 'direct'] as const)('in a %s room, and over HTTP', (access) => {
  test('a backend may do what the table says of an admin, without being a member', async () => {
    const { chatRoomId, tries } =
      access === 'direct'
        ? await givenDirectRoom({ name: 'one', role: 'member' })
        : await givenRoomOf({ name: 'a backend', scope: 'admin' }, access)
    const backend = await givenBackend(chat, unique('shop'))
    const got: string[] = []
    const wanted: string[] = []
    const served = tries.filter((one) => !socketOnly.some((name) => name === one.frame.action))
    for (const one of served) {
      const { action, ...body } = one.frame
      const { error } = await backend.ask(action, body)
      got.push(`${action}: ${error?.code ?? 'ok'}`)
      const person = { name: 'a backend', scope: 'admin' } as const
      const asked = one.asks as PermissionName
      const place = { chatRoomId, settings: settingsOf(access), closed: false }
      const why = refusal(asked, { standing: standingOf(person)! }, place, Date.now(), one.upon)
      wanted.push(`${action}: ${why ?? (action === 'getFileUrl' ? 'invalid_request' : 'ok')}`)
    }
    expect(got).toEqual(wanted)
    expect(got.length).toBe(Object.keys(asks).length - 5 + 13)
  })
})

describe('in a direct room', () => {
  test.for(two)('$name is a member, whatever is stored', async (person) => {
    const { chatRoomId, client, tries } = await givenDirectRoom(person)
    const asMember = person.scope === 'admin' ? { ...person, scope: undefined } : person
    await tryAll(client, tries, (one) => expected(one, asMember as Person, 'direct', chatRoomId))
  })

  test.for([people[0]!, people[8]!])('$name is a stranger', async (person) => {
    const { chatRoomId, tries } = await givenDirectRoom({ name: 'one', role: 'member' })
    const client = await onlineAs(chat, unique('eve'), person.scope)
    await tryAll(client, tries, (one) => expected(one, person, 'direct', chatRoomId))
  })

  test.for(['me', 'them'] as const)(
    'where %s blocked the other, neither writes; each deletes their own',
    async (who) => {
      const { chatRoomId, client, them, tries, userId, theirId } = await givenDirectRoom({
        name: 'one',
        role: 'member',
      })
      if (who === 'me') await client.request({ action: 'blockUser', userId: theirId })
      else await them.request({ action: 'blockUser', userId })
      const asGuest = { name: 'blocked', role: 'guest' } as const
      const wanted = (one: Try) => (one.asks === 'deleteOwn' ? 'ok' : expected(one, asGuest, 'direct', chatRoomId))
      await tryAll(client, tries, wanted)
    },
  )
})

async function givenDirectRoom({ scope, isFounder }: Person & { isFounder?: true }) {
  const [userId, theirId] = [unique('me'), unique('them')]
  const [client, them] = await Promise.all([onlineAs(chat, userId, scope), online(chat, theirId)])
  const { chatRoomId, messageId } = isFounder
    ? await client.request({ action: 'sendMessage', recipientId: theirId, content: 'hello' })
    : await them.request({ action: 'sendMessage', recipientId: userId, content: 'hello' })
  const subjects = Object.fromEntries(upon.map((action) => [action, theirId]))
  const theirs = (await them.request({ action: 'sendMessage', chatRoomId, content: 'to be deleted' })).messageId
  const own = await ownMessage(client, chatRoomId, { name: 'one', role: 'member', ...(scope && { scope }) })
  const tries = triesIn(chatRoomId, messageId, subjects, theirId, { theirs, ...own })
  return { chatRoomId, client, them, userId, theirId, tries }
}

/** Creates a room that this user must not learn of: private, direct or deleted. */
async function givenHidden(kind: 'private' | 'direct' | 'deleted' | 'private and banned from', eve: string) {
  const ada = await online(chat, unique('ada'))
  if (kind === 'direct') {
    return (await ada.request({ action: 'sendMessage', recipientId: unique('bob'), content: 'hello' })).chatRoomId
  }
  const { chatRoomId } = await ada.request({
    action: 'createRoom',
    roomName: 'A room',
    access: kind === 'deleted' ? 'link' : 'private',
  })
  await ada.request({ action: 'sendMessage', chatRoomId, content: 'hello' })
  if (kind === 'private and banned from') await ada.request({ action: 'banMember', chatRoomId, userId: eve })
  if (kind === 'deleted') await ada.request({ action: 'deleteRoom', chatRoomId })
  return chatRoomId
}

/**
 * Returns the requests to the table for a room or a user, without the room's id. Leaves out the janitor's requests for
 * other rooms.
 */
async function requestsOf(chatRoomId: string, userId: string, work: () => Promise<unknown>): Promise<string[]> {
  const requests: string[] = []
  table.fault = ({ operation, input }) => {
    const request = JSON.stringify(input)
    if (request.includes(chatRoomId) || request.includes(userId)) {
      requests.push(`${operation} ${request.replaceAll(chatRoomId, 'ROOM')}`.replace(VARYING, '#'))
    }
    return undefined
  }
  await work()
  table.fault = undefined
  return requests
}

/** Matches times and random ids. */
const VARYING = /\b1[789]\d{8,11}\b|[0-9a-f]{8}-[0-9a-f-]{27}/g

test.for(['private', 'direct', 'deleted', 'private and banned from'] as const)(
  'to a stranger, a room that is %s and one that never was are the same, in answer and reads',
  async (kind) => {
    const eveId = unique('eve')
    const real = await givenHidden(kind, eveId)
    // As long as the real id, so that not even the cost differs.
    const unreal = real.startsWith('dm:') ? `dm:${'x'.repeat(real.length - 3)}` : unique('x').padEnd(36, 'x')
    const eve = await online(chat, eveId)
    await chat.followups.idle()
    await settled(chat)
    // The janitor purges the deleted room.
    await chat.schedules.idle()
    await settled(chat)
    // The deletions have follow-ups.
    await chat.followups.idle()
    const message = '0000000000000001'
    const triesOf = (id: string) => triesIn(id, message, Object.fromEntries(upon.map((one) => [one, 'zoe'])), 'zoe')
    for (const [i, one] of triesOf(real).entries()) {
      const other = triesOf(unreal)[i]!
      const answers: unknown[] = []
      const ask = async (frame: Try['frame']) => answers.push(await eve.raw(JSON.stringify(frame)))
      const first = await requestsOf(real, eveId, () => ask(one.frame))
      const second = await requestsOf(unreal, eveId, () => ask(other.frame))
      expect(JSON.stringify(answers[1]), one.frame.action).toBe(JSON.stringify(answers[0]))
      expect(answers[0], one.frame.action).toMatchObject({
        type: 'error',
        error: { code: one.asks === 'join' ? 'room_not_found' : 'not_a_member' },
      })
      expect(second, one.frame.action).toEqual(first)
    }
  },
)

test('a stranger who syncs, or asks for a list, learns of no private room either', async () => {
  const eveId = unique('eve')
  const real = await givenHidden('private', eveId)
  const unreal = unique('x').padEnd(36, 'x')
  const eve = await online(chat, eveId)
  await chat.followups.idle()
  await settled(chat)
  for (const [frameOf, rooms] of [
    [(id: string) => ({ action: 'sync', rooms: { [id]: 0 } }), []],
    [(id: string) => ({ action: 'sync', only: [id] }), []],
    [(id: string) => ({ action: 'getUnread', heads: { [id]: 1 } }), {}],
    [(id: string) => ({ action: 'getOnline', chatRoomIds: [id] }), {}],
    // Last, because the stream's reads for a mark come after the reply.
    [(id: string) => ({ action: 'markRead', reads: { [id]: 1 } }), undefined],
  ] as const) {
    const answers: unknown[] = []
    const requests = []
    for (const id of [real, unreal]) {
      requests.push(await requestsOf(id, eveId, async () => answers.push(await eve.request(frameOf(id) as never))))
    }
    const own = (log: string[]) => log.filter((request) => !/^Query .*(\$roster|session#)/.test(request))
    expect(own(requests[1]!)).toEqual(own(requests[0]!))
    const [first, second] = answers as { serverTime: number; rooms?: unknown }[]
    expect(first!.rooms).toEqual(rooms)
    expect({ ...second, serverTime: 0, nextCursor: '' }).toEqual({ ...first, serverTime: 0, nextCursor: '' })
  }
  expect((await eve.request({ action: 'listRooms' })).rooms).toEqual([])
})

test('a token for the server API opens no socket: 401', async () => {
  await expect(onlineAs(chat, unique('server'), 'server')).rejects.toThrow('401')
})

test('an action upon somebody names them in userId; anywhere else it must be the caller', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const client = await online(chat, ada)
  const { chatRoomId } = await client.request({ action: 'createRoom', roomName: 'A room', members: [bob] })
  expect(await outcomeOf(client, { action: 'muteMember', chatRoomId, userId: bob, seconds: 60 })).toBe('ok')
  for (const frame of [
    { action: 'getRoom', chatRoomId },
    { action: 'addMembers', chatRoomId, userIds: [bob] },
    { action: 'deleteRoom', chatRoomId },
    { action: 'typingIndicator', chatRoomId },
  ]) {
    expect(await client.refused({ ...frame, userId: bob })).toEqual({
      code: 'forbidden',
      message: "unable to act; userId isn't the token's user",
      retryable: false,
    })
    if (frame.action !== 'deleteRoom') expect(await outcomeOf(client, { ...frame, userId: ada })).toBe('ok')
  }
})
