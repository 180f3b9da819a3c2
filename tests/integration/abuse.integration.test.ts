import { expect, test } from 'vitest'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { loadStack } from '../../terraform/stack.ts'
import { entitiesOf } from '../support/entities.ts'
import { connect, online, settled, unique } from '../support/runtime.ts'
import { terraformSettings } from '../../scripts/shared/terraform-defaults.ts'
import { useChat } from '../support/use-chat.ts'

/** The settings of a stack that is deployed without setting a variable. */
const settings = terraformSettings()
const chat = await useChat({ environment: { ...settings, SEARCH: 'on' } })

/** One frame of each class. They are cheap, so that a window fills up within a second. */
const frames: Record<string, (room: string, i: number) => Record<string, unknown>> = {
  send: (chatRoomId, i) => ({ action: 'sendMessage', chatRoomId, content: `spam ${i}` }),
  direct: (_, i) => ({ action: 'sendMessage', recipientId: unique(`victim-${i}`), content: 'buy' }),
  room: () => ({ action: 'createRoom', roomName: 'SECURITY' }),
  add: (chatRoomId, i) => ({ action: 'addMembers', chatRoomId, userIds: [`stranger-${i}`] }),
  // Guesses: failed attempts to join are counted as well.
  join: (_, i) => ({ action: 'joinRoom', chatRoomId: `guess-${i}` }),
  upload: (chatRoomId, i) => {
    const file = { fileName: `${i}.txt`, contentType: 'text/plain', size: 1 }
    return { action: 'handleFileUpload', chatRoomId, ...file }
  },
  change: (chatRoomId, i) => ({ action: 'closeRoom', chatRoomId, closed: i < 0 }),
  typing: (chatRoomId, i) => ({ action: 'typingIndicator', chatRoomId, isTyping: i % 2 === 0 }),
  sync: () => ({ action: 'sync', limit: 1 }),
  react: (chatRoomId, i) => ({
    action: 'addReaction',
    chatRoomId,
    messageId: `${i}`.padStart(16, '0'),
    reaction: '👍',
  }),
  mark: (chatRoomId, i) => ({ action: 'markRead', reads: { [chatRoomId]: i } }),
  presence: (chatRoomId, i) => ({ action: 'enterPresence', chatRoomId, data: { i } }),
  search: (chatRoomId, i) => ({ action: 'searchMessages', chatRoomIds: [chatRoomId], query: `word${i}` }),
  page: (chatRoomId) => ({ action: 'getHistory', chatRoomId }),
  read: () => ({ action: 'listBlocked' }),
}

const limits = [`send=${settings.SEND_RATE_LIMIT}`, ...settings.RATE_LIMITS!.split(',')].map((limit) => {
  const [, name, uses, seconds] = /^(\w+)=(\d+)\/(\d+)$/.exec(limit)!
  return { name: name!, uses: Number(uses), seconds: Number(seconds) }
})

test('every class has a limit in a stack that is deployed with the defaults', () => {
  expect(limits.map(({ name }) => name).sort()).toEqual(Object.keys(frames).sort())
  const known = new Set(Object.values(loadStack().functions).flatMap((one) => one.settings ?? []))
  expect(Object.keys(settings).filter((name) => !known.has(name))).toEqual([])
})

/** Two users who have done nothing, in a room of their own. */
const [ada, bob] = await pair(unique('ada'), unique('bob'))

/**
 * Two users in a room that the first has created. Their connections are closed with the runtime, not with the test that
 * uses them.
 */
async function pair(...userIds: [string, string]) {
  const [owner, member] = await Promise.all(
    userIds.map(async (userId) => {
      const client = await RawClient.open(chat.wsUrl, await chat.token(userId))
      await client.request({ action: 'sync' })
      return client
    }),
  )
  const made = { action: 'createRoom', roomName: 'A room', members: userIds } as const
  const { chatRoomId: room } = await owner!.request(made)
  await member!.event('roomAdded')
  return [
    { client: owner!, room },
    { client: member!, room },
  ] as const
}

test.each(limits)(
  '$name: $uses of $seconds s are let through, the rest stopped, others don’t notice',
  async (limit) => {
    const { name, uses, seconds } = limit
    // New users for each class, because what an earlier flood has used up would stop this one.
    const [eve, fay] = await pair(unique('eve'), unique('fay'))
    let asked = 0
    // A window may end in the meantime. Two windows are touched at most, unless the machine is very busy.
    const askOften = () =>
      Promise.all(Array.from({ length: 2 * uses + 1 }, () => eve.client.ask(frames[name]!(eve.room, asked++))))
    const flood = askOften()
    // Only two, because all of these together must stay within ada's own limit.
    const said = ['one', 'two'].map((word) => `${word}, while eve floods ${name}`)
    for (const content of said) await ada.client.request({ action: 'sendMessage', chatRoomId: ada.room, content })
    await bob.client.messages(bob.room, said)
    const refusedOf = (answers: Awaited<typeof flood>) =>
      answers.flatMap((answer) =>
        answer.type === 'error' && answer.error.code === 'rate_limited' ? [answer.error] : [],
      )
    const refused = refusedOf(await flood)
    while (refused.length === 0) refused.push(...refusedOf(await askOften()))
    const done = asked - refused.length
    // One use of the window may have created the room, or synced.
    expect(done).toBeGreaterThanOrEqual(uses - 1)
    for (const { message, retryable, retryAfterMs } of refused) {
      expect(message).toMatch(new RegExp(`^unable to .+; the limit is ${uses} in ${seconds} s$`))
      expect(retryable).toBe(true)
      expect(retryAfterMs).toBeGreaterThan(0)
      expect(retryAfterMs).toBeLessThanOrEqual(seconds * 1_000)
    }
    await settled(chat)
    expect(bob.client.contents(bob.room).slice(-said.length)).toEqual(said)
    if (name === 'send') expect(fay.client.contents(fay.room)).toHaveLength(done)
  },
)

test('what a user has at once has its caps: connections, rooms, files and bytes on their way', async () => {
  const userId = unique('eve')
  const most = Number(settings.MAX_USER_CONNECTIONS)
  const [first] = await Promise.all(Array.from({ length: most }, () => online(chat, userId)))
  const late = await connect(chat, userId)
  expect(await late.refused({ action: 'sync' })).toEqual({
    code: 'limit_reached',
    message: `unable to listen on another connection; a user has ${most} at most`,
    retryable: false,
  })
  const { chatRoomId } = await first!.request({ action: 'createRoom', roomName: 'Mine' })

  await entitiesOf(chat)
  const { UserRoom, userRoomOf } = await import('../../src/entities/user-room.ts')
  const { PendingUpload } = await import('../../src/entities/pending-upload.ts')
  const rooms = Number(settings.MAX_USER_ROOMS)
  const mirror = (i: number) =>
    userRoomOf({ userId, chatRoomId: `r-${i}`, joinId: 'sixteen-letters0', role: 'owner', originConnectionId: 'c' })
  await UserRoom.put(Array.from({ length: rooms - 1 }, (_, i) => mirror(i))).go({ concurrent: 8 })
  expect(await first!.refused({ action: 'createRoom', roomName: 'One more' })).toMatchObject({
    code: 'limit_reached',
    message: `unable to enter another room; a user makes or joins ${rooms} at most`,
  })

  const expiresAt = Math.ceil(Date.now() / 1_000) + 600
  const file = {
    action: 'handleFileUpload',
    chatRoomId,
    fileName: 'a.txt',
    contentType: 'text/plain',
    size: 2,
  } as const
  const bytes = Number(settings.MAX_PENDING_UPLOAD_BYTES)
  await PendingUpload.put({ userId, uploadId: 'large', size: bytes - 1, expiresAt }).go()
  expect(await first!.refused(file)).toMatchObject({
    code: 'limit_reached',
    message: `unable to upload; files of ${bytes} bytes at most may be on their way`,
  })
  const files = Number(settings.MAX_PENDING_UPLOADS)
  const small = Array.from({ length: files - 1 }, (_, i) => ({ userId, uploadId: `small-${i}`, size: 1, expiresAt }))
  await PendingUpload.put(small).go({ concurrent: 8 })
  expect(await first!.refused(file)).toMatchObject({
    code: 'limit_reached',
    message: `unable to upload; ${files} files of this user are on their way`,
  })
})
