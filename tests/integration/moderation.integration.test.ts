import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, online, settled, settledAfter, unique } from '../support/runtime.ts'
import { onlineAs, outcomeOf } from '../support/scoped.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
await entitiesOf(chat)
const { Ban, getBan } = await import('../../src/entities/ban.ts')
const { Membership } = await import('../../src/entities/membership.ts')
const { auditItem, Audit } = await import('../../src/entities/audit.ts')

const forbidden = {
  code: 'forbidden',
  message: 'unable to do this in this room; it takes a higher role',
  retryable: false,
}
const notAMember = {
  code: 'not_a_member',
  message: 'unable to act in this room; the user is not a member',
  retryable: false,
}

/** Creates a room of an owner, a moderator and a member, each with a connection. */
async function givenRanks() {
  const { room, clients, userIds } = await givenRoom(chat, 'owner', 'mod', 'bob')
  const [owner, mod, bob] = clients
  const [ownerId, modId, bobId] = userIds
  await owner.request({ action: 'setRole', chatRoomId: room, userId: modId, role: 'moderator' })
  return { room, owner, mod, bob, ownerId, modId, bobId }
}

const say = (client: RawClient, chatRoomId: string, content: string, more = {}) =>
  client.request({ action: 'sendMessage', chatRoomId, content, ...more })

const auditOf = async (client: RawClient, chatRoomId: string) =>
  (await client.request({ action: 'getAudit', chatRoomId })).entries

/** Returns the rows of a room, once everything that follows from earlier writes is written too. */
async function stored(room: string): Promise<Item[]> {
  await settledAfter(chat)
  return (await scan(chat)).filter((item) => JSON.stringify(item).includes(room))
}

describe('a kick', () => {
  test('ends the membership; the user is told why on all connections, the others that they left', async () => {
    const { room, mod, bob, bobId, modId } = await givenRanks()
    const other = await online(chat, bobId)
    await mod.request({ action: 'removeMember', chatRoomId: room, userId: bobId, reason: 'spam' })
    const removed = { event: 'removed', chatRoomId: room, reason: 'kicked', note: 'spam' }
    for (const client of [bob, other]) expect(await client.event('removed')).toEqual(removed)
    await mod.event('memberLeft', ({ userId }) => userId === bobId)
    expect(await bob.refused({ action: 'getHistory', chatRoomId: room })).toEqual(notAMember)
    await settled(chat)
    expect(bob.events.at(-1)).toEqual(removed)
    expect(bob.events.filter(({ event }) => event === 'removed')).toHaveLength(1)
    expect((await bob.request({ action: 'listRooms' })).rooms).toEqual([])
    // The user may join the open room again.
    expect(await bob.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ role: 'member' })
    expect((await auditOf(mod, room)).map(({ action, by, userId, reason }) => [action, by, userId, reason])).toEqual([
      ['kick', modId, bobId, 'spam'],
      ['role', expect.any(String), modId, undefined],
    ])
  })

  test('of who is gone is a success, and noted once', async () => {
    const { room, mod, bobId } = await givenRanks()
    for (const userId of [bobId, bobId, unique('nobody')]) {
      expect(await mod.request({ action: 'removeMember', chatRoomId: room, userId })).toEqual({})
    }
    expect((await auditOf(mod, room)).filter(({ action }) => action === 'kick')).toHaveLength(1)
  })

  test('is upon lower ranks only, oneself neither', async () => {
    const { room, owner, mod, bob, ownerId, modId, bobId } = await givenRanks()
    for (const [client, userId] of [
      [bob, modId],
      [bob, bobId],
      [mod, ownerId],
      [mod, modId],
      [owner, ownerId],
    ] as const) {
      for (const action of ['removeMember', 'banMember'] as const) {
        expect(await client.refused({ action, chatRoomId: room, userId })).toEqual(forbidden)
      }
      expect(await client.refused({ action: 'muteMember', chatRoomId: room, userId, seconds: 60 })).toEqual(forbidden)
    }
    await owner.request({ action: 'removeMember', chatRoomId: room, userId: modId })
  })

  test('of an owner is an admin’s, who is no member', async () => {
    const { room, ownerId } = await givenRanks()
    const admin = await onlineAs(chat, unique('admin'), 'admin')
    await admin.request({ action: 'removeMember', chatRoomId: room, userId: ownerId })
    expect((await admin.request({ action: 'getRoom', chatRoomId: room })).members).not.toContain(ownerId)
  })
})

test('upon an admin who is a member nobody below acts, while their connections are an admin’s', async () => {
  const { room, owner, mod } = await givenRanks()
  const [adminId, otherId] = [unique('admin'), unique('other')]
  const admin = await onlineAs(chat, adminId, 'admin')
  const other = await onlineAs(chat, otherId, 'admin')
  await admin.request({ action: 'joinRoom', chatRoomId: room })
  const upon = [
    { action: 'removeMember', chatRoomId: room, userId: adminId },
    { action: 'banMember', chatRoomId: room, userId: adminId },
    { action: 'muteMember', chatRoomId: room, userId: adminId, seconds: 60 },
  ]
  for (const client of [owner, mod]) {
    for (const frame of upon) expect(await client.refused(frame)).toEqual(forbidden)
  }
  expect(await owner.refused({ action: 'setRole', chatRoomId: room, userId: adminId, role: 'guest' })).toEqual(
    forbidden,
  )
  // The same holds if they are not a member.
  expect(await owner.refused({ action: 'banMember', chatRoomId: room, userId: otherId })).toEqual(forbidden)
  expect(await outcomeOf(other, upon[2]!)).toBe('ok')
  // With a token without the scope, the user is like any other.
  await online(chat, adminId)
  expect(await outcomeOf(owner, upon[0]!)).toBe('ok')
})

describe('a ban', () => {
  test('complaint 18: shows the user out and keeps them out: of joins, adds and invites', async () => {
    const { room, owner, mod, bob, bobId } = await givenRanks()
    const { until } = await mod.request({ action: 'banMember', chatRoomId: room, userId: bobId, seconds: 60 })
    expect(await bob.event('removed')).toEqual({ event: 'removed', chatRoomId: room, reason: 'banned', until })
    const refused = await bob.refused({ action: 'joinRoom', chatRoomId: room })
    expect(refused).toMatchObject({ code: 'banned', message: 'unable to join; the user is banned from this room' })
    expect(refused.retryAfterMs).toBeGreaterThan(50_000)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(60_000)
    const { invite } = await owner.request({ action: 'createInvite', chatRoomId: room })
    expect(await outcomeOf(bob, { action: 'joinRoom', invite })).toBe('banned')
    expect(await mod.request({ action: 'addMembers', chatRoomId: room, userIds: [bobId] })).toEqual({
      added: [],
      already: [],
      refused: [{ userId: bobId, code: 'banned' }],
    })
    expect(await mod.request({ action: 'unbanMember', chatRoomId: room, userId: bobId })).toEqual({})
    expect(await outcomeOf(bob, { action: 'joinRoom', chatRoomId: room })).toBe('ok')
  })

  test('of who is no member keeps them out before they come, and tells them of no room that they may not know', async () => {
    const { room, mod, modId } = await givenRanks()
    const eveId = unique('eve')
    const eve = await online(chat, eveId)
    const frame = { action: 'banMember', chatRoomId: room, userId: eveId, reason: 'spam' } as const
    expect(await mod.request(frame)).toEqual({})
    expect(await outcomeOf(eve, { action: 'joinRoom', chatRoomId: room })).toBe('banned')
    expect(await mod.request({ action: 'listBans', chatRoomId: room })).toEqual({
      bans: [{ userId: eveId, by: modId, at: expect.any(Number) as number, reason: 'spam' }],
    })
    await settled(chat)
    expect(eve.events).toEqual([])
  })

  test('takes along what was said in the time before, if that is asked for, also of who is banned already', async () => {
    const { room, mod, bob, bobId, modId } = await givenRanks()
    const spam = [await say(bob, room, 'spam'), await say(bob, room, 'more spam')]
    await say(mod, room, 'stop it')
    const frame = { action: 'banMember', chatRoomId: room, userId: bobId } as const
    await mod.request(frame)
    await mod.request({ ...frame, deleteMessagesSeconds: 0 })
    expect(mod.events.filter(({ event }) => event === 'messageDeleted')).toEqual([])
    await mod.request({ ...frame, deleteMessagesSeconds: 600 })
    for (const { messageId } of spam) {
      expect(await mod.event('messageDeleted', (event) => event.messageId === messageId)).toMatchObject({
        deletedBy: modId,
        version: 1,
      })
    }
    const { messages } = await mod.request({ action: 'getHistory', chatRoomId: room })
    expect(messages.map(({ content }) => content)).toEqual(['stop it'])

    const eveId = unique('eve')
    const eve = await online(chat, eveId)
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    const { messageId } = await say(eve, room, 'spam')
    await mod.request({ ...frame, userId: eveId, deleteMessagesSeconds: 600 })
    await mod.event('messageDeleted', (event) => event.messageId === messageId)
  })

  test('that is so already is answered the same, and noted once; another length is another ban', async () => {
    const { room, mod, bobId } = await givenRanks()
    const frame = { action: 'banMember', chatRoomId: room, userId: bobId, seconds: 600 } as const
    const first = await mod.request(frame)
    expect(first.until).toBeGreaterThan(Date.now())
    expect(await mod.request(frame)).toEqual(first)
    const noted = async () => (await auditOf(mod, room)).filter(({ action }) => action.endsWith('ban'))
    expect(await noted()).toHaveLength(1)
    expect(await mod.request({ ...frame, seconds: undefined })).toEqual({})
    expect(await mod.request({ ...frame, seconds: undefined })).toEqual({})
    expect(await noted()).toHaveLength(2)
    for (const userId of [bobId, bobId, unique('nobody')]) {
      expect(await mod.request({ action: 'unbanMember', chatRoomId: room, userId })).toEqual({})
    }
    expect(await noted()).toHaveLength(3)
  })

  test('of another length keeps the reason of the one in force, unless it has its own', async () => {
    const { room, mod, bobId } = await givenRanks()
    const ban = (more: object) => mod.request({ action: 'banMember', chatRoomId: room, userId: bobId, ...more })
    const reasonNow = async () => (await getBan({ chatRoomId: room, userId: bobId }))?.reason
    await ban({ seconds: 600, reason: 'spam' })
    await ban({ seconds: 6_000 })
    expect(await reasonNow()).toBe('spam')
    const audit = await auditOf(mod, room)
    expect(audit.filter(({ action }) => action === 'ban').map(({ reason }) => reason)).toEqual([undefined, 'spam'])
    await ban({ reason: 'more spam' })
    expect(await reasonNow()).toBe('more spam')
    // A ban that has ended gives nothing to the next one.
    await Ban.patch({ chatRoomId: room, userId: bobId }).set({ until: Date.now() }).go()
    await ban({ seconds: 60 })
    expect(await reasonNow()).toBeUndefined()
  })

  test('ends by itself', async () => {
    const { room, mod, bob, bobId } = await givenRanks()
    await mod.request({ action: 'banMember', chatRoomId: room, userId: bobId, seconds: 60 })
    // Sets the ban's end to now, as if a minute had passed. TTL has not deleted the row yet.
    await Ban.patch({ chatRoomId: room, userId: bobId }).set({ until: Date.now() }).go()
    expect((await mod.request({ action: 'listBans', chatRoomId: room })).bans).toEqual([])
    expect(await bob.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ role: 'member' })
    // A new ban may begin.
    await mod.request({ action: 'banMember', chatRoomId: room, userId: bobId, seconds: 60 })
    expect(await getBan({ chatRoomId: room, userId: bobId })).toBeDefined()
    expect(await outcomeOf(bob, { action: 'getRoom', chatRoomId: room })).toBe('not_a_member')
  })

  test('at the moment of a join and an add: nobody banned is a member afterwards', async () => {
    const { room, mod } = await givenRanks()
    const ids = Array.from({ length: 6 }, () => unique('eve'))
    const eves = await Promise.all(ids.map((userId) => online(chat, userId)))
    await Promise.all(
      ids.flatMap((userId, i) => [
        eves[i]!.ask({ action: 'joinRoom', chatRoomId: room }),
        mod.ask({ action: 'addMembers', chatRoomId: room, userIds: [userId] }),
        mod.request({ action: 'banMember', chatRoomId: room, userId }),
      ]),
    )
    const { members } = await mod.request({ action: 'getRoom', chatRoomId: room })
    expect(members.filter((userId) => ids.includes(userId))).toEqual([])
    expect((await mod.request({ action: 'listBans', chatRoomId: room })).bans).toHaveLength(6)
  })

  test('is listed page by page, by user', async () => {
    const { room, mod } = await givenRanks()
    const ids = Array.from({ length: 103 }, (_, i) => `${unique('eve')}-${i}`).sort()
    for (let i = 0; i < ids.length; i += 20) {
      await Promise.all(
        ids.slice(i, i + 20).map((userId) => mod.request({ action: 'banMember', chatRoomId: room, userId })),
      )
    }
    const first = await mod.request({ action: 'listBans', chatRoomId: room })
    const rest = await mod.request({ action: 'listBans', chatRoomId: room, cursor: first.nextCursor })
    expect(first.bans).toHaveLength(100)
    expect([...first.bans, ...rest.bans].map(({ userId }) => userId)).toEqual(ids)
    expect(rest.nextCursor).toBeUndefined()
  })
})

describe('a mute', () => {
  test('lets read and leave, and nothing be written, with what is left of it', async () => {
    const { room, mod, bob, bobId } = await givenRanks()
    const sent = await say(bob, room, 'hello', { clientMessageId: 'before' })
    const { mutedUntil } = await mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 60 })
    // The mute is recorded in the room's change log.
    await settled(chat)
    const before = await stored(room)
    for (const frame of [
      { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'after' },
      { action: 'broadcastMessage', chatRoomId: room, content: 'hello' },
      { action: 'typingIndicator', chatRoomId: room },
      { action: 'handleFileUpload', chatRoomId: room, fileName: 'a.txt', contentType: 'text/plain', size: 1 },
    ]) {
      const refused = await bob.refused(frame)
      expect(refused).toEqual({
        code: 'muted',
        message: 'unable to write in this room; the user is muted',
        retryable: false,
        retryAfterMs: expect.any(Number) as number,
      })
      expect(refused.retryAfterMs).toBeGreaterThan(50_000)
      expect(refused.retryAfterMs).toBeLessThanOrEqual(mutedUntil! - Date.now() + 1_000)
    }
    expect(await stored(room)).toEqual(before)
    // A retry of an earlier send still gets its reply.
    expect(await say(bob, room, 'hello', { clientMessageId: 'before' })).toEqual({ ...sent, duplicate: true })
    expect(await outcomeOf(bob, { action: 'getHistory', chatRoomId: room })).toBe('ok')
    expect(await mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 0 })).toEqual({})
    expect(await outcomeOf(bob, { action: 'sendMessage', chatRoomId: room, content: 'again' })).toBe('ok')
    expect(await mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 0 })).toEqual({})
    expect((await auditOf(mod, room)).slice(0, 2)).toEqual([
      expect.objectContaining({ action: 'unmute', userId: bobId }),
      expect.objectContaining({ action: 'mute', userId: bobId, until: mutedUntil }),
    ])
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
  })

  test.for(['leaves', 'is kicked', 'is banned for a time', 'is banned and let in again'])(
    'goes on for who %s and comes back',
    async (how) => {
      const { room, owner, mod, bob, bobId } = await givenRanks()
      const { mutedUntil } = await mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 600 })
      const them = { chatRoomId: room, userId: bobId }
      if (how === 'leaves') await bob.request({ action: 'leaveRoom', chatRoomId: room })
      else if (how === 'is kicked') await mod.request({ action: 'removeMember', ...them })
      else await mod.request({ action: 'banMember', ...them, seconds: 60 })
      if (how === 'is banned and let in again') await mod.request({ action: 'unbanMember', ...them })
      // Sets the ban's end to now, as if a minute had passed. TTL has not deleted the row yet.
      else await Ban.patch(them).set({ until: Date.now() }).go()
      expect((await mod.request({ action: 'listBans', chatRoomId: room })).bans).toEqual([])
      const [name, frame] =
        how === 'leaves'
          ? [mod, { action: 'addMembers', chatRoomId: room, userIds: [bobId] }]
          : [bob, { action: 'joinRoom', chatRoomId: room }]
      expect(await outcomeOf(name, frame)).toBe('ok')
      const { members } = await owner.request({ action: 'listMembers', chatRoomId: room })
      expect(members.find(({ userId }) => userId === bobId)).toMatchObject({ role: 'member', mutedUntil })
      expect(await bob.refused({ action: 'sendMessage', chatRoomId: room, content: 'hello' })).toMatchObject({
        code: 'muted',
        message: 'unable to write in this room; the user is muted',
      })
      expect(await getBan(them)).toBeUndefined()
      await mod.request({ action: 'muteMember', ...them, seconds: 0 })
      await say(bob, room, 'hello')
    },
  )

  test('of who has left is ended, or made longer, before they come back; then nothing is kept of it', async () => {
    const { room, owner, mod, bob, bobId } = await givenRanks()
    const mute = (seconds: number) => mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds })
    const them = { chatRoomId: room, userId: bobId }
    const comeAndGo = async () => {
      await bob.request({ action: 'joinRoom', chatRoomId: room })
      const { members } = await owner.request({ action: 'listMembers', chatRoomId: room })
      await bob.request({ action: 'leaveRoom', chatRoomId: room })
      return members.find(({ userId }) => userId === bobId)?.mutedUntil
    }
    await mute(60)
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    const { mutedUntil } = await mute(600)
    expect(await comeAndGo()).toBe(mutedUntil)
    expect(await comeAndGo()).toBe(mutedUntil)
    expect(await mute(0)).toEqual({})
    expect(await getBan(them)).toBeUndefined()
    expect(await comeAndGo()).toBeUndefined()
    expect((await auditOf(mod, room)).slice(0, 3).map(({ action }) => action)).toEqual(['unmute', 'mute', 'mute'])
    expect(await mod.refused({ action: 'muteMember', ...them, seconds: 0 })).toMatchObject({
      code: 'conflict',
      message: 'unable to mute; the user is no member',
    })
  })

  test('that is over is not kept, and an invite ends none', async () => {
    const { room, owner, mod, bob, bobId } = await givenRanks()
    const them = { chatRoomId: room, userId: bobId }
    const { invite } = await owner.request({ action: 'createInvite', chatRoomId: room })
    await mod.request({ action: 'muteMember', ...them, seconds: 600 })
    await owner.request({ action: 'updateRoom', chatRoomId: room, access: 'private' })
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    // TTL deletes the kept row once the mute is over.
    const kept = await getBan(them)
    expect(kept).toMatchObject({ by: bobId, expiresAt: Math.ceil(kept!.mutedUntil! / 1_000) })
    await bob.request({ action: 'joinRoom', invite })
    expect(await outcomeOf(bob, { action: 'sendMessage', chatRoomId: room, content: 'hello' })).toBe('muted')
    // Sets the mute's end to now, as if ten minutes had passed.
    await Membership.patch(them).set({ mutedUntil: Date.now() }).go()
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await getBan(them)).toBeUndefined()
  })

  test('of who is no member is a conflict, and so is a role', async () => {
    const { room, owner } = await givenRanks()
    const userId = unique('nobody')
    expect(await owner.refused({ action: 'muteMember', chatRoomId: room, userId, seconds: 60 })).toEqual({
      code: 'conflict',
      message: 'unable to mute; the user is no member',
      retryable: false,
    })
    expect(await owner.refused({ action: 'setRole', chatRoomId: room, userId, role: 'guest' })).toEqual({
      code: 'conflict',
      message: 'unable to give a role; the user is no member',
      retryable: false,
    })
  })

  test('of who is asked for a file while it is on its way fails the upload', async () => {
    const { room, mod, bob, bobId } = await givenRanks()
    const form = await givenUpload(bob, room)
    await mod.request({ action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 60 })
    expect((await sendForm(form, png)).ok).toBe(true)
    expect(await bob.event('uploadFailed')).toMatchObject({ uploadId: form.uploadId, reason: 'not_allowed' })
  })
})

describe('roles', () => {
  test('are the owners’ to give, up to their own, to lower ranks', async () => {
    const { room, owner, mod, bob, ownerId, modId, bobId } = await givenRanks()
    const set = (userId: string, role: string) => ({ action: 'setRole', chatRoomId: room, userId, role })
    for (const client of [mod, bob]) {
      for (const role of ['guest', 'member', 'moderator', 'owner']) {
        expect(await client.refused(set(bobId, role))).toEqual(forbidden)
      }
    }
    expect(await outcomeOf(mod, set(modId, 'member'))).toBe('forbidden')
    expect(await outcomeOf(owner, set(modId, 'owner'))).toBe('ok')
    // Both have the same rank now.
    expect(await owner.refused(set(modId, 'member'))).toEqual(forbidden)
    expect(await mod.refused(set(ownerId, 'guest'))).toEqual(forbidden)
    // Setting the present role succeeds, and is not recorded.
    const noted = (await auditOf(owner, room)).length
    expect(await outcomeOf(owner, set(modId, 'owner'))).toBe('ok')
    expect(await auditOf(owner, room)).toHaveLength(noted)
    // Users may only lower their own role. This includes the last owner.
    for (const [client, userId] of [
      [owner, ownerId],
      [mod, modId],
    ] as const) {
      expect(await outcomeOf(client, set(userId, 'moderator'))).toBe('ok')
      expect(await outcomeOf(client, set(userId, 'owner'))).toBe('forbidden')
    }
    // An admin may then appoint an owner.
    const admin = await onlineAs(chat, unique('admin'), 'admin')
    expect(await outcomeOf(admin, set(bobId, 'owner'))).toBe('ok')
    expect(await outcomeOf(bob, set(modId, 'member'))).toBe('ok')
  })

  test('are in force with the reply: a guest reads and writes nothing', async () => {
    const { room, owner, bob, bobId } = await givenRanks()
    await owner.request({ action: 'setRole', chatRoomId: room, userId: bobId, role: 'guest' })
    expect(await bob.refused({ action: 'sendMessage', chatRoomId: room, content: 'hello' })).toEqual(forbidden)
    expect(await bob.request({ action: 'getRoom', chatRoomId: room })).toMatchObject({ role: 'guest' })
    const { rooms } = await bob.request({ action: 'sync' })
    expect(rooms).toMatchObject([{ chatRoomId: room, role: 'guest' }])
    await say(owner, room, 'hello')
    await bob.messages(room, ['hello'])
  })

  test('of a guest whom somebody made one is kept when they leave, until somebody lifts it', async () => {
    const { room, owner, mod, bob, bobId } = await givenRanks()
    const set = (role: string) => ({ action: 'setRole', chatRoomId: room, userId: bobId, role }) as const
    const again = async () => {
      await bob.request({ action: 'leaveRoom', chatRoomId: room })
      return (await bob.request({ action: 'joinRoom', chatRoomId: room })).role
    }
    await owner.request(set('guest'))
    expect(await again()).toBe('guest')
    const { invite } = await owner.request({ action: 'createInvite', chatRoomId: room })
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await bob.request({ action: 'joinRoom', invite })).toMatchObject({ role: 'guest' })
    await owner.request(set('member'))
    expect(await again()).toBe('member')

    // For a user who has left, the only role to set is `member`.
    await owner.request(set('guest'))
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await owner.request(set('guest'))).toEqual({})
    expect(await owner.refused(set('moderator'))).toMatchObject({
      code: 'conflict',
      message: 'unable to give a role; the user is no member',
    })
    expect(await owner.request(set('member'))).toEqual({})
    expect(await bob.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ role: 'member' })

    // If a moderator adds the user, the role is decided too. If a member adds them, it isn't.
    await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { invite: 'member' } })
    const other = unique('eve')
    const eve = await online(chat, other)
    await eve.request({ action: 'joinRoom', chatRoomId: room })
    const add = { action: 'addMembers', chatRoomId: room, userIds: [bobId] } as const
    const roleOfBob = async () => (await bob.request({ action: 'getRoom', chatRoomId: room })).role
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    await mod.request({ ...add, role: 'guest' })
    expect(await again()).toBe('guest')
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    await eve.request(add)
    expect(await roleOfBob()).toBe('guest')
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    await mod.request(add)
    expect(await roleOfBob()).toBe('member')
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    await eve.request({ ...add, role: 'guest' })
    expect(await again()).toBe('member')
  })

  test('of the last owner who leaves goes to nobody', async () => {
    const { room, owner, mod } = await givenRanks()
    await owner.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await outcomeOf(mod, { action: 'deleteRoom', chatRoomId: room })).toBe('forbidden')
    const { members } = await mod.request({ action: 'listMembers', chatRoomId: room, role: 'owner' })
    expect(members).toEqual([])
  })
})

describe('a closed room', () => {
  test('is read only, for owners too; what was sent before is answered, and a refused send leaves nothing', async () => {
    const { room, owner, mod, bob, bobId } = await givenRanks()
    const sent = await say(bob, room, 'hello', { clientMessageId: 'before' })
    const form = await givenUpload(bob, room)
    for (const _ of ['first', 'again']) {
      expect(await mod.request({ action: 'closeRoom', chatRoomId: room, closed: true })).toEqual({})
    }
    await settled(chat)
    const before = await stored(room)
    for (const client of [bob, mod, owner]) {
      for (const frame of [
        { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'after' },
        { action: 'sendMessage', chatRoomId: room, content: 'hello' },
        { action: 'broadcastMessage', chatRoomId: room, content: 'hello', clientMessageId: 'after-too' },
        { action: 'typingIndicator', chatRoomId: room },
        { action: 'handleFileUpload', chatRoomId: room, fileName: 'a.txt', contentType: 'text/plain', size: 1 },
      ]) {
        expect(await client.refused(frame)).toEqual({
          code: 'room_closed',
          message: 'unable to write in this room; it is closed',
          retryable: false,
        })
      }
    }
    expect(await stored(room)).toEqual(before)
    expect(await say(bob, room, 'hello', { clientMessageId: 'before' })).toEqual({ ...sent, duplicate: true })
    expect((await sendForm(form, png)).ok).toBe(true)
    expect(await bob.event('uploadFailed')).toMatchObject({ uploadId: form.uploadId, reason: 'not_allowed' })
    // Joins, read markers and moderation still work.
    const eve = await online(chat, unique('eve'))
    expect(await eve.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ room: { closed: true } })
    expect((await bob.request({ action: 'sync' })).rooms).toMatchObject([{ chatRoomId: room, closed: true }])
    expect(await outcomeOf(mod, { action: 'muteMember', chatRoomId: room, userId: bobId, seconds: 0 })).toBe('ok')
    await mod.request({ action: 'closeRoom', chatRoomId: room, closed: false })
    await say(bob, room, 'again', { clientMessageId: 'after' })
    expect((await auditOf(mod, room)).map(({ action }) => action)).toEqual(['reopen', 'close', 'role'])
    expect((await bob.request({ action: 'getHistory', chatRoomId: room })).messages).toHaveLength(2)
  })

  test('is read only for an admin too, who may reopen it; a backend writes there, with files as well', async () => {
    const { room, owner, bob, ownerId } = await givenRanks()
    const admin = await onlineAs(chat, unique('admin'), 'admin')
    const form = await givenUpload(admin, room)
    await owner.request({ action: 'closeRoom', chatRoomId: room, closed: true })
    const backend = await givenBackend(chat, unique('shop'))
    await backend.request('sendMessage', { chatRoomId: room, content: 'maintenance', asUserId: ownerId })
    await bob.messages(room, ['maintenance'])
    const asked = { chatRoomId: room, fileName: 'dot.png', contentType: 'image/png', size: png.length }
    const own = (await backend.request('handleFileUpload', asked)) as unknown as typeof form
    expect((await sendForm(own, png)).ok).toBe(true)
    await bob.messages(room, ['maintenance', ''])
    expect(await outcomeOf(admin, { action: 'sendMessage', chatRoomId: room, content: 'hello' })).toBe('room_closed')
    expect(await outcomeOf(admin, { action: 'handleFileUpload', ...asked })).toBe('room_closed')
    expect((await sendForm(form, png)).ok).toBe(true)
    expect(await admin.event('uploadFailed')).toMatchObject({ uploadId: form.uploadId, reason: 'not_allowed' })
    await admin.request({ action: 'closeRoom', chatRoomId: room, closed: false })
    await say(admin, room, 'open again')
    await bob.messages(room, ['maintenance', '', 'open again'])
  })
})

describe('a room for announcements', () => {
  test('is written to by moderators and above', async () => {
    const { room, owner, mod, bob } = await givenRanks()
    const form = await givenUpload(bob, room)
    await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { post: 'moderator' } })
    await settled(chat)
    const before = await stored(room)
    for (const frame of [
      { action: 'sendMessage', chatRoomId: room, content: 'hello', clientMessageId: 'one' },
      { action: 'broadcastMessage', chatRoomId: room, content: 'hello' },
      { action: 'typingIndicator', chatRoomId: room },
      { action: 'handleFileUpload', chatRoomId: room, fileName: 'a.txt', contentType: 'text/plain', size: 1 },
    ]) {
      expect(await bob.refused(frame)).toEqual(forbidden)
    }
    expect(await stored(room)).toEqual(before)
    expect((await sendForm(form, png)).ok).toBe(true)
    expect(await bob.event('uploadFailed')).toMatchObject({ uploadId: form.uploadId, reason: 'not_allowed' })
    for (const client of [mod, owner]) await say(client, room, 'hello')
    await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { post: 'member' } })
    await say(bob, room, 'hello', { clientMessageId: 'one' })
  })
})

describe('slow mode', () => {
  async function givenSlow() {
    const ranks = await givenRanks()
    const { mod, room } = ranks
    await mod.request({ action: 'updateRoom', chatRoomId: room, settings: { slowModeSeconds: 3_600 } })
    return ranks
  }

  const slow = {
    code: 'rate_limited',
    message: 'unable to send; the room is in slow mode, 3600 s between two messages',
    retryable: true,
    retryAfterMs: expect.any(Number) as number,
  }
  const file = (chatRoomId: string, more = {}) =>
    ({ action: 'handleFileUpload', chatRoomId, fileName: 'dot.png', contentType: 'image/png', ...more }) as const

  test('of two messages at once lets one through; the other waits, and a retry of the first is answered', async () => {
    const { room, bob } = await givenSlow()
    const frames = ['one', 'two'].map((clientMessageId) => ({
      action: 'sendMessage',
      chatRoomId: room,
      content: clientMessageId,
      clientMessageId,
    }))
    const answers = await Promise.all(frames.map((frame) => bob.ask(frame)))
    expect(answers.map(({ type }) => type).sort()).toEqual(['error', 'reply'])
    const sent = frames[answers.findIndex(({ type }) => type === 'reply')]!
    expect(await bob.request(sent as { action: 'sendMessage' })).toMatchObject({ seq: 1, duplicate: true })
    const before = await stored(room)
    for (const frame of [
      { action: 'sendMessage', chatRoomId: room, content: 'more', clientMessageId: 'three' },
      { action: 'broadcastMessage', chatRoomId: room, content: 'more' },
      file(room, { size: png.length, clientMessageId: 'four' }),
    ]) {
      const refused = await bob.refused(frame)
      expect(refused).toEqual(slow)
      expect(refused.retryAfterMs).toBeGreaterThan(3_500_000)
      expect(refused.retryAfterMs).toBeLessThanOrEqual(3_600_000)
    }
    expect(await stored(room)).toEqual(before)
    expect(await outcomeOf(bob, { action: 'typingIndicator', chatRoomId: room })).toBe('ok')
  })

  test.for(['broadcastMessage', 'handleFileUpload'] as const)('counts %s as well', async (action) => {
    const { room, bob } = await givenSlow()
    const frame =
      action === 'handleFileUpload'
        ? file(room, { size: png.length, clientMessageId: 'one' })
        : { action, chatRoomId: room, content: 'hello' }
    expect(await outcomeOf(bob, frame)).toBe('ok')
    expect(await bob.refused({ action: 'sendMessage', chatRoomId: room, content: 'more' })).toEqual(slow)
  })

  test('counts a file once: its form is asked for again, and it arrives', async () => {
    const { room, bob } = await givenSlow()
    const first = await givenUpload(bob, room, { clientMessageId: 'one' })
    const again = await givenUpload(bob, room, { clientMessageId: 'one' })
    expect(again.uploadId).toBe(first.uploadId)
    expect((await sendForm(again, png)).ok).toBe(true)
    await bob.event('message', ({ chatRoomId }) => chatRoomId === room)
  })

  test('is not for moderators and above', async () => {
    const { room, owner, mod } = await givenSlow()
    for (const client of [owner, mod]) for (const content of ['one', 'two']) await say(client, room, content)
  })

  test('is changed by moderators, other settings by owners', async () => {
    const { room, owner, mod, bob } = await givenSlow()
    const update = (settings: object) => ({ action: 'updateRoom', chatRoomId: room, settings })
    expect(await outcomeOf(mod, update({ slowModeSeconds: 0 }))).toBe('ok')
    for (const content of ['one', 'two']) await say(bob, room, content)
    expect(await outcomeOf(mod, update({ slowModeSeconds: 0, receipts: false }))).toBe('forbidden')
    expect(await outcomeOf(owner, update({ receipts: false }))).toBe('ok')
    expect(await outcomeOf(bob, update({ slowModeSeconds: 5 }))).toBe('forbidden')
  })
})

describe('pins', () => {
  test('are the newest first, each once; unpinning is for good', async () => {
    const { room, mod, bob } = await givenRanks()
    const [one, two] = [await say(bob, room, 'one'), await say(bob, room, 'two')]
    const pin = (action: 'pinMessage' | 'unpinMessage', { messageId }: { messageId: string }) =>
      mod.request({ action, chatRoomId: room, messageId })
    await pin('pinMessage', one)
    const both = { pins: [two.messageId, one.messageId] }
    expect(await pin('pinMessage', two)).toEqual(both)
    expect(await pin('pinMessage', one)).toEqual(both)
    expect((await bob.request({ action: 'getRoom', chatRoomId: room })).room.pins).toEqual(both.pins)
    for (const _ of ['first', 'again']) expect(await pin('unpinMessage', two)).toEqual({ pins: [one.messageId] })
    expect((await auditOf(mod, room)).map(({ action }) => action)).toEqual(['unpin', 'pin', 'pin', 'role'])
    expect(await mod.refused({ action: 'pinMessage', chatRoomId: room, messageId: '0000000000000009' })).toEqual({
      code: 'message_not_found',
      message: 'unable to pin the message; there is none',
      retryable: false,
    })
  })

  test('are 50 at most', async () => {
    const { room, mod } = await givenRanks()
    const sent = []
    for (let i = 0; i < 51; i++) sent.push(await say(mod, room, `${i}`))
    for (const { messageId } of sent.slice(0, 50))
      await mod.request({ action: 'pinMessage', chatRoomId: room, messageId })
    expect(await mod.refused({ action: 'pinMessage', chatRoomId: room, messageId: sent[50]!.messageId })).toEqual({
      code: 'limit_reached',
      message: 'unable to pin the message; 50 are pinned already',
      retryable: false,
    })
  })

  test('in a direct room are made by both', async () => {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
    const { chatRoomId, messageId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hi' })
    for (const client of [ada, bob]) {
      expect(await client.request({ action: 'pinMessage', chatRoomId, messageId })).toEqual({ pins: [messageId] })
    }
  })
})

describe('the audit log', () => {
  test('is the moderators’, the newest first, page by page, also where many things are of one moment', async () => {
    const { room, owner, mod, bob } = await givenRanks()
    for (const client of [bob])
      expect(await client.refused({ action: 'getAudit', chatRoomId: room })).toEqual(forbidden)
    const now = Date.now() + 1_000
    const entries = [0, 1, 1, 1, 2, 3, 3].map((ms, i) =>
      auditItem({ chatRoomId: room, at: now + ms, by: 'somebody', action: 'kick', userId: `user-${i}` }),
    )
    await Audit.put(entries).go()
    const all = await auditOf(mod, room)
    expect(all.map(({ at }) => at)).toEqual([...all.map(({ at }) => at)].sort((a, b) => b - a))
    expect(all).toHaveLength(8)
    for (const limit of [1, 2, 3, 7, 100]) {
      const paged: typeof all = []
      let before: number | undefined
      for (let hasMore = true; hasMore;) {
        const more = before === undefined ? {} : { before }
        const page = await owner.request({ action: 'getAudit', chatRoomId: room, limit, ...more })
        paged.push(...page.entries)
        before = page.entries.at(-1)!.at
        hasMore = page.hasMore
      }
      expect(paged).toEqual(all)
    }
  })

  test('has the reports: of whose message, by whom and why', async () => {
    const { room, mod, bob, ownerId, bobId, owner } = await givenRanks()
    const { messageId } = await say(owner, room, 'nonsense')
    await bob.request({ action: 'reportMessage', chatRoomId: room, messageId, reason: 'spam' })
    expect((await auditOf(mod, room))[0]).toEqual({
      at: expect.any(Number) as number,
      by: bobId,
      action: 'report',
      userId: ownerId,
      messageId,
      reason: 'spam',
    })
    const none = { action: 'reportMessage', chatRoomId: room, messageId: '0000000000000009', reason: 'spam' }
    expect(await bob.refused(none)).toEqual({
      code: 'message_not_found',
      message: 'unable to report the message; there is none',
      retryable: false,
    })
  })
})

describe('a blocked user', () => {
  async function givenTwo() {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
    return { ada, bob, adaId, bobId }
  }
  const cannot = { code: 'forbidden', message: 'unable to write to this user', retryable: false }
  const sameRights = 'unable to do this in a direct room; its two have the same rights'

  test('makes no direct room, nor does who blocked; nobody is told, and nothing is left behind', async () => {
    const { ada, bob, adaId, bobId } = await givenTwo()
    for (const _ of ['first', 'again']) expect(await ada.request({ action: 'blockUser', userId: bobId })).toEqual({})
    await settledAfter(chat)
    const before = await scan(chat)
    const write = (userId: string) => ({
      action: 'sendMessage',
      recipientId: userId,
      content: 'hi',
      clientMessageId: 'x',
    })
    expect(await bob.refused(write(adaId))).toEqual(cannot)
    expect(await ada.refused(write(bobId))).toEqual(cannot)
    expect(await scan(chat)).toEqual(before)
    expect(await ada.request({ action: 'listBlocked' })).toEqual({ userIds: [bobId] })
    expect(await bob.request({ action: 'listBlocked' })).toEqual({ userIds: [] })
    for (const _ of ['first', 'again']) expect(await ada.request({ action: 'unblockUser', userId: bobId })).toEqual({})
    expect(await outcomeOf(bob, write(adaId))).toBe('ok')
    await settled(chat)
    expect(bob.events.filter(({ event }) => event !== 'message' && event !== 'roomAdded')).toEqual([])
  })

  test('writes no more in the direct room that there is, nor does who blocked; roles are shown as before', async () => {
    const { ada, bob, adaId, bobId } = await givenTwo()
    const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hi' })
    await settled(chat)
    const seen = [ada.events.length, bob.events.length]
    await bob.request({ action: 'blockUser', userId: adaId })
    for (const [client, other] of [
      [ada, bobId],
      [bob, adaId],
    ] as const) {
      expect(await client.refused({ action: 'sendMessage', recipientId: other, content: 'hi' })).toEqual(cannot)
      for (const frame of [
        { action: 'sendMessage', chatRoomId, content: 'hi' },
        { action: 'broadcastMessage', chatRoomId, content: 'hi' },
        { action: 'typingIndicator', chatRoomId },
        { action: 'handleFileUpload', chatRoomId, fileName: 'a.txt', contentType: 'text/plain', size: 1 },
      ]) {
        // The error tells neither what is stored, nor which of the two has blocked.
        expect(await client.refused(frame)).toEqual(cannot)
      }
      const muted = { action: 'muteMember', chatRoomId, userId: other, seconds: 60 }
      expect(await client.refused(muted)).toEqual({ ...cannot, message: sameRights })
      expect(await client.request({ action: 'getRoom', chatRoomId })).toMatchObject({ role: 'member' })
      const { members } = await client.request({ action: 'listMembers', chatRoomId, role: 'member' })
      expect(members.map(({ role }) => role)).toEqual(['member', 'member'])
      const { rooms } = await client.request({ action: 'sync' })
      expect(rooms.find((room) => room.chatRoomId === chatRoomId)).toMatchObject({ role: 'member', access: 'direct' })
      expect(await client.request({ action: 'joinRoom', chatRoomId })).toMatchObject({ role: 'member' })
      expect((await client.request({ action: 'getHistory', chatRoomId })).messages).toHaveLength(1)
    }
    await settled(chat)
    expect([ada.events.length, bob.events.length]).toEqual(seen)
  })

  test('takes back what they said before, as does who blocked', async () => {
    const { ada, bob, adaId, bobId } = await givenTwo()
    const { chatRoomId, messageId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hi' })
    const other = await bob.request({ action: 'sendMessage', chatRoomId, content: 'hi yourself' })
    await bob.request({ action: 'blockUser', userId: adaId })
    const refused = await ada.refused({ action: 'deleteMessage', chatRoomId, messageId: other.messageId })
    expect(refused).toEqual({ ...cannot, message: sameRights })
    expect(await ada.request({ action: 'deleteMessage', chatRoomId, messageId })).toMatchObject({ changed: true })
    expect(await bob.request({ action: 'deleteMessage', chatRoomId, messageId: other.messageId })).toMatchObject({
      changed: true,
    })
  })

  test('of two who blocked each other writes only when both have ended it', async () => {
    const { ada, bob, adaId, bobId } = await givenTwo()
    const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: bobId, content: 'hi' })
    await ada.request({ action: 'blockUser', userId: bobId })
    await bob.request({ action: 'blockUser', userId: adaId })
    await ada.request({ action: 'unblockUser', userId: bobId })
    for (const client of [ada, bob]) {
      expect(await outcomeOf(client, { action: 'sendMessage', chatRoomId, content: 'hi' })).toBe('forbidden')
    }
    await bob.request({ action: 'unblockUser', userId: adaId })
    for (const client of [ada, bob]) {
      expect(await outcomeOf(client, { action: 'sendMessage', chatRoomId, content: 'hi' })).toBe('ok')
    }
  })

  test('is nobody who blocks themselves', async () => {
    const { ada, adaId } = await givenTwo()
    expect(await ada.refused({ action: 'blockUser', userId: adaId })).toMatchObject({
      code: 'invalid_request',
      message: 'unable to block oneself',
    })
  })

  test('is listed by id, page by page', async () => {
    const { ada } = await givenTwo()
    const ids = Array.from({ length: 103 }, (_, i) => `${unique('user')}-${i}`).sort()
    for (let i = 0; i < ids.length; i += 20) {
      await Promise.all(ids.slice(i, i + 20).map((userId) => ada.request({ action: 'blockUser', userId })))
    }
    const first = await ada.request({ action: 'listBlocked' })
    const rest = await ada.request({ action: 'listBlocked', cursor: first.nextCursor })
    expect(first.userIds).toHaveLength(100)
    expect([...first.userIds, ...rest.userIds]).toEqual(ids)
    expect(rest.nextCursor).toBeUndefined()
  })
})

test('the file of a message from before the own join is not to be had, where the room shows no such', async () => {
  const { room, owner } = await givenRanks()
  await owner.request({ action: 'updateRoom', chatRoomId: room, settings: { history: 'joined' } })
  expect((await sendForm(await givenUpload(owner, room), png)).ok).toBe(true)
  const { messageId } = await owner.event('message', ({ chatRoomId }) => chatRoomId === room)
  const eve = await online(chat, unique('eve'))
  await eve.request({ action: 'joinRoom', chatRoomId: room })
  const frame = { action: 'getFileUrl', chatRoomId: room, messageId } as const
  expect(await eve.refused(frame)).toMatchObject({
    code: 'message_not_found',
    message: 'unable to sign a URL; there is no such message',
  })
  expect((await owner.request(frame)).fileUrl).toContain('http')
})

test('who was kicked while a file was on its way sends no file, and hears nothing of it', async () => {
  const { room, mod, bob, bobId } = await givenRanks()
  const form = await givenUpload(bob, room)
  await mod.request({ action: 'removeMember', chatRoomId: room, userId: bobId })
  expect((await sendForm(form, png)).ok).toBe(true)
  await chat.bucket.idle()
  await bob.request({ action: 'ping' })
  expect(bob.events.at(-1)).toMatchObject({ event: 'removed' })
  expect((await mod.request({ action: 'getHistory', chatRoomId: room })).messages).toEqual([])
})

test('an admin may act everywhere but in a direct room, and reads a room without being in it', async () => {
  const { room, bob } = await givenRanks()
  const adminId = unique('admin')
  const admin = await onlineAs(chat, adminId, 'admin')
  const shown = await admin.request({ action: 'getRoom', chatRoomId: room })
  expect(shown).not.toHaveProperty('role')
  await say(admin, room, 'hello')
  await bob.messages(room, ['hello'])
  expect(shown.members).not.toContain(adminId)
  const { chatRoomId } = await bob.request({ action: 'sendMessage', recipientId: unique('eve'), content: 'hi' })
  for (const action of ['getRoom', 'getHistory', 'listMembers', 'deleteRoom', 'getAudit'] as const) {
    expect(await admin.refused({ action, chatRoomId })).toEqual(notAMember)
  }
  expect(await connect(chat, adminId)).toBeDefined()
})
