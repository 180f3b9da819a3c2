import { describe, expect, test } from 'vitest'
import type { RawClient } from '../../scripts/shared/raw-client.ts'
import type { Reply } from '../../src/protocol/actions.ts'
import { entitiesOf } from '../support/entities.ts'
import { givenRoom } from '../support/given-room.ts'
import { online, settled, unique } from '../support/runtime.ts'
import { onlineAs, outcomeOf } from '../support/scoped.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()
await entitiesOf(chat)
const { Invite } = await import('../../src/entities/invite.ts')

const notFound = { code: 'room_not_found', message: 'unable to join; there is no such room', retryable: false }
const invalidInvite = { code: 'invalid_invite', retryable: false }
const NONE = 'x'.repeat(22)

/** Creates a room of ada's with this access, with bob in it. */
async function givenAccess(access: 'public' | 'link' | 'private') {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
  const room = await ada.request({ action: 'createRoom', roomName: 'A room', access, members: [bobId] })
  await bob.event('roomAdded', ({ chatRoomId }) => chatRoomId === room.chatRoomId)
  return { ada, bob, adaId, bobId, room: room.chatRoomId }
}

const defaults = {
  post: 'member',
  invite: 'member',
  pin: 'moderator',
  mentionRoom: 'moderator',
  slowModeSeconds: 0,
  editWindowSeconds: null,
  history: 'all',
  receipts: true,
  presence: true,
  previews: true,
  retentionDays: null,
}

describe('a new room', () => {
  test('is link without an access, and is whole in every reply, with the role of who asks', async () => {
    const { ada, bob, adaId, bobId, room } = await givenAccess('link')
    const whole = {
      chatRoomId: room,
      roomName: 'A room',
      access: 'link',
      settings: defaults,
      pins: [],
      closed: false,
      createdBy: adaId,
      createdAt: expect.any(Number) as number,
      memberCount: 2,
      version: 0,
    }
    const members = [adaId, bobId].sort()
    const own = await ada.request({ action: 'createRoom', roomName: 'Another' })
    expect(own).toMatchObject({ access: 'link', role: 'owner', room: { access: 'link', memberCount: 1 } })
    expect(await ada.request({ action: 'getRoom', chatRoomId: room })).toEqual({
      chatRoomId: room,
      roomName: 'A room',
      headSeq: 0,
      members,
      access: 'link',
      role: 'owner',
      room: whole,
    })
    expect(await bob.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ role: 'member', room: whole })
    const { rooms } = await bob.request({ action: 'sync' })
    expect(rooms.find(({ chatRoomId }) => chatRoomId === room)).toEqual({
      chatRoomId: room,
      roomName: 'A room',
      headSeq: 0,
      access: 'link',
      role: 'member',
      closed: false,
      recovered: true,
      events: [],
      headRev: 0,
      changesRecovered: true,
      changes: [],
      readEveryMs: 2_000,
    })
  })

  test('has the topic, the settings and the data that it is made with; the other settings have their defaults', async () => {
    const ada = await online(chat, unique('ada'))
    const made = await ada.request({
      action: 'createRoom',
      roomName: 'Tea',
      access: 'private',
      topic: 'All about tea',
      settings: { slowModeSeconds: 5, history: 'joined' },
      metadata: { kind: { of: ['tea'] } },
    })
    expect(made.room).toMatchObject({
      access: 'private',
      topic: 'All about tea',
      settings: { ...defaults, invite: 'moderator', slowModeSeconds: 5, history: 'joined' },
      metadata: { kind: { of: ['tea'] } },
      version: 0,
    })
    expect((await ada.request({ action: 'getRoom', chatRoomId: made.chatRoomId })).room).toEqual(made.room)
  })

  test.for([
    ['direct access', { access: 'direct' }, 'access'],
    ['an unknown setting', { settings: { colour: 'red' } }, 'settings'],
    ['slow mode of a day', { settings: { slowModeSeconds: 86_400 } }, 'settings.slowModeSeconds'],
    ['an empty topic', { topic: '' }, 'topic'],
    ['a topic of 251 characters', { topic: 'x'.repeat(251) }, 'topic'],
    ['data of 2,049 bytes', { metadata: { a: 'x'.repeat(2_041) } }, 'metadata'],
    ['data of 5 levels', { metadata: { a: { b: { c: { d: { e: 1 } } } } } }, 'metadata'],
    ['data that is a list', { metadata: [] }, 'metadata'],
  ] as const)('cannot have %s', async ([, more, path]) => {
    const ada = await online(chat, unique('ada'))
    expect(await ada.refused({ action: 'createRoom', roomName: 'A room', ...more })).toMatchObject({
      code: 'invalid_request',
      details: [{ path }],
    })
  })

  test('with an id that is or was a room is a conflict, a private one and a deleted one too', async () => {
    const [ada, eve] = await Promise.all([online(chat, unique('ada')), online(chat, unique('eve'))])
    for (const access of ['private', 'link'] as const) {
      const chatRoomId = unique('taken')
      await ada.request({ action: 'createRoom', chatRoomId, roomName: 'A room', access })
      const again = { action: 'createRoom', chatRoomId, roomName: 'Mine' }
      const taken = { code: 'conflict', message: 'unable to create the room; its id is taken', retryable: false }
      expect(await eve.refused(again)).toEqual(taken)
      await ada.request({ action: 'deleteRoom', chatRoomId })
      expect(await eve.refused(again)).toEqual(taken)
    }
  })
})

describe('who may join', () => {
  test.for(['public', 'link'] as const)('a %s room: anyone who knows its id', async (access) => {
    const { room } = await givenAccess(access)
    const eve = await online(chat, unique('eve'))
    expect(await eve.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ access, role: 'member' })
  })

  test('a private room: nobody without an invite, who has left neither; an admin', async () => {
    const { room, bob } = await givenAccess('private')
    const eve = await online(chat, unique('eve'))
    expect(await eve.refused({ action: 'joinRoom', chatRoomId: room })).toEqual(notFound)
    await bob.request({ action: 'leaveRoom', chatRoomId: room })
    expect(await bob.refused({ action: 'joinRoom', chatRoomId: room })).toEqual(notFound)
    const admin = await onlineAs(chat, unique('admin'), 'admin')
    expect(await admin.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ access: 'private' })
  })

  test('as an admin, who is shown the role that they have there, and that it is not all', async () => {
    const { room, bob } = await givenAccess('link')
    const adminId = unique('admin')
    const admin = await onlineAs(chat, adminId, 'admin')
    const shown = ({ role, admin: isMore }: { role?: string | undefined; admin?: true | undefined }) => [role, isMore]
    expect(shown(await admin.request({ action: 'getRoom', chatRoomId: room }))).toEqual([undefined, undefined])
    const asMember = ['member', true]
    expect(shown(await admin.request({ action: 'joinRoom', chatRoomId: room }))).toEqual(asMember)
    expect(shown(await admin.request({ action: 'getRoom', chatRoomId: room }))).toEqual(asMember)
    expect((await admin.request({ action: 'sync' })).rooms.map(shown)).toEqual([asMember])
    await admin.request({ action: 'setRole', chatRoomId: room, userId: adminId, role: 'moderator' })
    expect(shown(await admin.request({ action: 'getRoom', chatRoomId: room }))).toEqual(['moderator', true])
    expect(shown(await admin.request({ action: 'createRoom', roomName: 'Mine' }))).toEqual(['owner', true])
    expect(shown(await bob.request({ action: 'getRoom', chatRoomId: room }))).toEqual(['member', undefined])
  })

  test('a direct room: nobody, an admin neither', async () => {
    const ada = await online(chat, unique('ada'))
    const { chatRoomId } = await ada.request({ action: 'sendMessage', recipientId: unique('bob'), content: 'hello' })
    const [eve, admin] = await Promise.all([online(chat, unique('eve')), onlineAs(chat, unique('admin'), 'admin')])
    for (const client of [eve, admin])
      expect(await client.refused({ action: 'joinRoom', chatRoomId })).toEqual(notFound)
  })

  test('a token that makes guests makes a guest, and neither rooms nor direct rooms', async () => {
    const { room, ada } = await givenAccess('link')
    const guestId = unique('guest')
    const guest = await onlineAs(chat, guestId, 'guest')
    expect(await guest.request({ action: 'joinRoom', chatRoomId: room })).toMatchObject({ role: 'guest' })
    const { members } = await ada.request({ action: 'listMembers', chatRoomId: room, role: 'guest' })
    expect(members.map(({ userId }) => userId)).toEqual([guestId])
    expect(await guest.refused({ action: 'createRoom', roomName: 'Mine' })).toMatchObject({
      code: 'forbidden',
      message: 'unable to create a room; the token makes guests only',
    })
    expect(await guest.refused({ action: 'sendMessage', recipientId: unique('bob'), content: 'hi' })).toMatchObject({
      code: 'forbidden',
      message: 'unable to write to this user',
    })
  })
})

/** The list comes from the index, which may lag. */
const invitesOf = async (client: RawClient, chatRoomId: string) =>
  (await client.request({ action: 'listInvites', chatRoomId })).invites

describe('an invite', () => {
  const joinWith = (client: RawClient, invite: string, chatRoomId?: string) =>
    client.request({ action: 'joinRoom', invite, ...(chatRoomId === undefined ? {} : { chatRoomId }) })

  test('lets into a private room, by itself or with the room’s id, in the role that it gives', async () => {
    const { room, ada, bob, adaId } = await givenAccess('private')
    expect(await outcomeOf(bob, { action: 'createInvite', chatRoomId: room })).toBe('forbidden')
    const before = Date.now()
    const { invite, expiresAt } = await ada.request({ action: 'createInvite', chatRoomId: room, role: 'guest' })
    expect(expiresAt).toBeGreaterThanOrEqual(before + 604_800_000)
    const [eve, kim] = await Promise.all([online(chat, unique('eve')), online(chat, unique('kim'))])
    expect(await joinWith(eve, invite)).toMatchObject({ chatRoomId: room, role: 'guest' })
    expect(await joinWith(kim, invite, room)).toMatchObject({ chatRoomId: room, role: 'guest' })
    await settled(chat)
    await expect
      .poll(() => invitesOf(ada, room))
      .toEqual([{ invite, role: 'guest', by: adaId, createdAt: expect.any(Number) as number, expiresAt, uses: 2 }])
  })

  test('of so many uses lets exactly so many in, all at once', async () => {
    const { room, ada } = await givenAccess('private')
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room, maxUses: 3 })
    const clients = await Promise.all(Array.from({ length: 8 }, () => online(chat, unique('eve'))))
    const outcomes = await Promise.all(clients.map((client) => outcomeOf(client, { action: 'joinRoom', invite })))
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(3)
    expect(outcomes.filter((outcome) => outcome === 'invalid_invite')).toHaveLength(5)
    const { members } = await ada.request({ action: 'listMembers', chatRoomId: room })
    expect(members).toHaveLength(5)
    expect((await itemsOf(chat, 'Invite')).find((row) => row.Invite === invite)).toMatchObject({ Uses: 3, MaxUses: 3 })
    await expect.poll(() => invitesOf(ada, room)).toEqual([])
  })

  test('that is used up lets who is in join again, on every connection at once: a lost answer costs nothing', async () => {
    const { room, ada } = await givenAccess('private')
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room, maxUses: 1 })
    const eveId = unique('eve')
    const eves = await Promise.all([1, 2, 3].map(() => online(chat, eveId)))
    const frame = { action: 'joinRoom', invite } as const
    expect(await Promise.all(eves.map((eve) => outcomeOf(eve, frame)))).toEqual(['ok', 'ok', 'ok'])
    expect(await eves[0]!.request(frame)).toMatchObject({ chatRoomId: room, role: 'member' })
    expect((await itemsOf(chat, 'Invite')).find((row) => row.Invite === invite)).toMatchObject({ Uses: 1 })
  })

  test('is nothing to a member: not looked at, not used, and no higher role', async () => {
    const { room, ada, bob } = await givenAccess('private')
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room, role: 'guest' })
    expect(await joinWith(bob, NONE, room)).toMatchObject({ role: 'member' })
    expect(await joinWith(bob, invite, room)).toMatchObject({ role: 'member' })
    expect(await joinWith(bob, invite)).toMatchObject({ role: 'member' })
    const eve = await online(chat, unique('eve'))
    await joinWith(eve, invite)
    const { invite: higher } = await ada.request({ action: 'createInvite', chatRoomId: room })
    expect(await joinWith(eve, higher)).toMatchObject({ role: 'guest' })
    const rows = await itemsOf(chat, 'Invite')
    expect(rows.find((row) => row.Invite === invite)).toMatchObject({ Uses: 1 })
    expect(rows.find((row) => row.Invite === higher)).toMatchObject({ Uses: 0 })
  })

  test('that is wrong is invalid_invite, whatever the room is, and whether there is one', async () => {
    const rooms = await Promise.all((['private', 'link', 'public'] as const).map((access) => givenAccess(access)))
    const other = await givenAccess('link')
    const { invite } = await other.ada.request({ action: 'createInvite', chatRoomId: other.room })
    const eve = await online(chat, unique('eve'))
    for (const chatRoomId of [...rooms.map(({ room }) => room), unique('none'), `dm:${'x'.repeat(43)}`]) {
      for (const wrong of [NONE, invite]) {
        expect(await eve.refused({ action: 'joinRoom', chatRoomId, invite: wrong })).toEqual({
          ...invalidInvite,
          message: 'unable to join; the invite is none, or good no more',
        })
      }
    }
    expect(await eve.refused({ action: 'joinRoom', invite: NONE })).toMatchObject(invalidInvite)
  })

  test('that was revoked lets nobody in any more; a revocation of none is a success', async () => {
    const { room, ada, bob } = await givenAccess('link')
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room })
    const other = await givenAccess('private')
    // The invite belongs to another room, so they can't revoke it. The reply doesn't tell them.
    const foreign = { action: 'revokeInvite', chatRoomId: other.room, invite } as const
    expect(await other.ada.request(foreign)).toEqual({})
    expect(await outcomeOf(await online(chat, unique('eve')), { action: 'joinRoom', invite })).toBe('ok')
    for (const _ of ['first', 'again']) {
      expect(await bob.request({ action: 'revokeInvite', chatRoomId: room, invite })).toEqual({})
    }
    expect(await outcomeOf(await online(chat, unique('eve')), { action: 'joinRoom', invite })).toBe('invalid_invite')
    await settled(chat)
    await expect.poll(() => invitesOf(ada, room)).toEqual([])
  })

  test('that is over lets nobody in, is not listed, and is nothing to who is in by it', async () => {
    const { room, ada } = await givenAccess('private')
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room, expiresInSeconds: 60 })
    const eve = await online(chat, unique('eve'))
    await joinWith(eve, invite)
    // Sets the invite's end to now, as if a minute had passed. TTL has not deleted the row yet.
    await Invite.patch({ invite }).set({ until: Date.now() }).go()
    const kim = await online(chat, unique('kim'))
    for (const frame of [{ invite }, { invite, chatRoomId: room }]) {
      expect(await kim.refused({ action: 'joinRoom', ...frame })).toMatchObject(invalidInvite)
      expect(await eve.request({ action: 'joinRoom', ...frame })).toMatchObject({ chatRoomId: room })
    }
    await settled(chat)
    await expect.poll(() => invitesOf(ada, room)).toEqual([])
  })

  test('to a room that bans the user is banned, and uses nothing', async () => {
    const { room, ada } = await givenAccess('private')
    const eveId = unique('eve')
    await ada.request({ action: 'banMember', chatRoomId: room, userId: eveId })
    const { invite } = await ada.request({ action: 'createInvite', chatRoomId: room, maxUses: 1 })
    const eve = await online(chat, eveId)
    expect(await eve.refused({ action: 'joinRoom', invite })).toEqual({
      code: 'banned',
      message: 'unable to join; the user is banned from this room',
      retryable: false,
    })
    // Without the invite, the room seems not to exist.
    expect(await eve.refused({ action: 'joinRoom', chatRoomId: room })).toEqual(notFound)
    expect((await itemsOf(chat, 'Invite')).find((row) => row.Invite === invite)).toMatchObject({ Uses: 0 })
  })

  test('is listed page by page, each once', async () => {
    const { room, ada } = await givenAccess('private')
    const made: string[] = []
    for (const count of [50, 53]) {
      const some = Array.from({ length: count }, () => ada.request({ action: 'createInvite', chatRoomId: room }))
      made.push(...(await Promise.all(some)).map(({ invite }) => invite))
    }
    const pages = async () => {
      const first = await ada.request({ action: 'listInvites', chatRoomId: room })
      const rest = await ada.request({ action: 'listInvites', chatRoomId: room, cursor: first.nextCursor })
      expect(rest.nextCursor).toBeUndefined()
      return [first, rest].map(({ invites }) => invites.map(({ invite }) => invite))
    }
    await expect.poll(async () => (await pages()).map(({ length }) => length)).toEqual([100, 3])
    expect((await pages()).flat().sort()).toEqual([...made].sort())
  })
})

describe('adding members', () => {
  test('answers who was added, who was in and who was refused; each is told by whom', async () => {
    const { room, ada, bob, adaId, bobId } = await givenAccess('link')
    const [eveId, kimId, zoeId] = [unique('eve'), unique('kim'), unique('zoe')]
    const [eve, kim, zoe] = await Promise.all([eveId, kimId, zoeId].map((userId) => online(chat, userId)))
    for (const client of [kim!, ada]) await client.request({ action: 'blockUser', userId: bobId })
    await ada.request({ action: 'banMember', chatRoomId: room, userId: zoeId })
    const frame = {
      action: 'addMembers',
      chatRoomId: room,
      userIds: [eveId, kimId, zoeId, adaId, bobId, eveId],
      role: 'guest',
    } as const
    expect(await bob.request(frame)).toEqual({
      added: [eveId],
      already: [adaId, bobId],
      refused: [
        { userId: kimId, code: 'blocked' },
        { userId: zoeId, code: 'banned' },
      ],
    })
    const added = await eve!.event('roomAdded')
    expect(added).toEqual({
      event: 'roomAdded',
      chatRoomId: room,
      roomName: 'A room',
      headSeq: 0,
      access: 'link',
      role: 'guest',
      by: bobId,
    })
    expect(await bob.request(frame)).toMatchObject({ added: [], already: [eveId, adaId, bobId] })
    await settled(chat)
    expect(zoe!.events).toEqual([])
    expect(kim!.events).toEqual([])
    const { entries } = await ada.request({ action: 'getAudit', chatRoomId: room })
    expect(entries.filter(({ action }) => action === 'add')).toEqual([
      { at: expect.any(Number) as number, by: bobId, action: 'add', userId: eveId },
    ])
  })

  test('leaves who blocked the founder out of a new room', async () => {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = await Promise.all([online(chat, adaId), online(chat, bobId)])
    await bob.request({ action: 'blockUser', userId: adaId })
    const made = await ada.request({ action: 'createRoom', roomName: 'A room', members: [bobId] })
    expect(made).toMatchObject({ members: [adaId], refused: [{ userId: bobId, code: 'blocked' }] })
    await settled(chat)
    expect(bob.events).toEqual([])
  })
})

describe('the list of members', () => {
  test('has roles, mutes and moments, in the order of ids, page by page, and by role', async () => {
    const { ada, bob, adaId, bobId, room } = await givenAccess('link')
    const others = Array.from({ length: 5 }, (_, i) => `${unique('member')}-${i}`)
    await ada.request({ action: 'addMembers', chatRoomId: room, userIds: others })
    await ada.request({ action: 'setRole', chatRoomId: room, userId: others[2], role: 'moderator' })
    const { mutedUntil } = await ada.request({ action: 'muteMember', chatRoomId: room, userId: others[0], seconds: 60 })
    const members: Reply<'listMembers'>['members'] = []
    const sizes: number[] = []
    const moderators: string[] = []
    let cursor: string | undefined
    do {
      const more = { chatRoomId: room, limit: 3, ...(cursor === undefined ? {} : { cursor }) }
      const page = await bob.request({ action: 'listMembers', ...more })
      const ofRole = await bob.request({ action: 'listMembers', role: 'moderator', ...more })
      expect(ofRole.nextCursor).toBe(page.nextCursor)
      members.push(...page.members)
      moderators.push(...ofRole.members.map(({ userId }) => userId))
      sizes.push(page.members.length)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(sizes).toEqual([3, 3, 1])
    const roles = { [adaId]: 'owner', [others[2]!]: 'moderator' } as Record<string, string>
    expect(members).toEqual(
      [adaId, bobId, ...others].sort().map((userId) => ({
        userId,
        role: roles[userId] ?? 'member',
        joinedAt: expect.any(Number) as number,
        ...(userId === others[0] ? { mutedUntil } : {}),
      })),
    )
    expect(moderators).toEqual([others[2]])
  })

  test.for(['\u{10ffff}x', '~', ' '])('a forged cursor %j is answered, or refused', async (id) => {
    const { ada, room } = await givenAccess('link')
    const cursor = Buffer.from(id).toString('base64url')
    for (const frame of [
      { action: 'listMembers', chatRoomId: room },
      { action: 'listBans', chatRoomId: room },
      { action: 'listInvites', chatRoomId: room },
      { action: 'listBlocked' },
      { action: 'listPublicRooms' },
    ]) {
      expect(['ok', 'invalid_request'], frame.action).toContain(await outcomeOf(ada, { ...frame, cursor }))
    }
  })
})

describe('the list of public rooms', () => {
  async function listed(client: RawClient, prefix: string): Promise<string[]> {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const more = { prefix, ...(cursor === undefined ? {} : { cursor }) }
      const page = await client.request({ action: 'listPublicRooms', ...more })
      names.push(...page.rooms.map(({ roomName }) => roomName))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return names
  }

  test('finds by the beginning of the name, whatever its case and form, and no private or link room', async () => {
    const [ada, eve] = await Promise.all([online(chat, unique('ada')), online(chat, unique('eve'))])
    const name = unique('tea')
    const make = (roomName: string, access: string, more = {}) =>
      ada.request({ action: 'createRoom', roomName, access, ...more })
    const { chatRoomId } = await make(`${name.toUpperCase()} Room`, 'public', { topic: 'All about tea' })
    await make(`${name} private`, 'private')
    await make(`${name} link`, 'link')
    await make(`x ${name}`, 'public')
    // NFKC makes full-width letters equal to the plain ones.
    await make(`${name.replace('tea', 'ｔｅａ')} wide`, 'public')
    for (const prefix of [name, name.toUpperCase(), name.replace('t', 'ｔ')]) {
      await expect
        .poll(() => listed(eve, prefix))
        .toEqual([`${name.toUpperCase()} Room`, `${name.replace('tea', 'ｔｅａ')} wide`])
    }
    const { rooms } = await eve.request({ action: 'listPublicRooms', prefix: `${name} room` })
    expect(rooms).toEqual([
      {
        chatRoomId,
        roomName: `${name.toUpperCase()} Room`,
        topic: 'All about tea',
        memberCount: expect.any(Number) as number,
      },
    ])
  })

  test('follows a room that is renamed, made private, public again, and deleted', async () => {
    const [ada, eve] = await Promise.all([online(chat, unique('ada')), online(chat, unique('eve'))])
    const [name, next] = [unique('old'), unique('new')]
    const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: name, access: 'public' })
    const update = (more: object) => ada.request({ action: 'updateRoom', chatRoomId, ...more })
    const shown = async () => [await listed(eve, name), await listed(eve, next)]
    await expect.poll(shown).toEqual([[name], []])
    await update({ roomName: next })
    await expect.poll(shown).toEqual([[], [next]])
    await update({ access: 'private' })
    await expect.poll(shown).toEqual([[], []])
    await update({ access: 'public' })
    await expect.poll(shown).toEqual([[], [next]])
    await ada.request({ action: 'deleteRoom', chatRoomId })
    await expect.poll(shown).toEqual([[], []])
  })

  test('pages by 50, each room once', async () => {
    const ada = await online(chat, unique('ada'))
    const name = unique('many')
    const names = Array.from({ length: 52 }, (_, i) => `${name}-${String(i).padStart(2, '0')}`)
    await Promise.all(names.map((roomName) => ada.request({ action: 'createRoom', roomName, access: 'public' })))
    await expect.poll(() => listed(ada, name)).toEqual(names)
    const first = await ada.request({ action: 'listPublicRooms', prefix: name })
    expect(first.rooms).toHaveLength(50)
    // With a prefix that sorts before the cursor's room, nothing is left.
    const other = await ada.request({ action: 'listPublicRooms', prefix: 'a', cursor: first.nextCursor })
    expect(other).toEqual({ rooms: [] })
  })

  test('lists a room with the longest name there is', async () => {
    const ada = await online(chat, unique('ada'))
    // One character that NFKC turns into 18.
    const roomName = '\uFDFA'.repeat(128)
    const { chatRoomId } = await ada.request({ action: 'createRoom', roomName, access: 'public' })
    const found = async () => (await ada.request({ action: 'listPublicRooms', prefix: roomName })).rooms
    await expect.poll(found).toMatchObject([{ chatRoomId, roomName }])
    const short = await ada.request({ action: 'listPublicRooms', prefix: '\uFDFA' })
    expect(short.rooms).toMatchObject([{ chatRoomId }])
  })
})

describe('what a room is', () => {
  test('is changed in part, told whole, and each change counts', async () => {
    const { ada, bob, room } = await givenAccess('link')
    const update = (more: object) => ada.request({ action: 'updateRoom', chatRoomId: room, ...more })
    const first = await update({
      roomName: 'Tea',
      topic: 'All about tea',
      imageUrl: 'https://example.com/tea.png',
      access: 'private',
      metadata: { a: 1 },
    })
    expect(first.room).toMatchObject({
      roomName: 'Tea',
      topic: 'All about tea',
      imageUrl: 'https://example.com/tea.png',
      access: 'private',
      metadata: { a: 1 },
      version: 1,
    })
    const second = await update({ settings: { post: 'moderator' }, topic: null, imageUrl: null })
    expect(second.room).toMatchObject({
      roomName: 'Tea',
      settings: { ...defaults, invite: 'moderator', post: 'moderator' },
      metadata: { a: 1 },
      version: 2,
    })
    expect(second.room).not.toHaveProperty('topic')
    expect(second.room).not.toHaveProperty('imageUrl')
    const third = await update({ settings: { slowModeSeconds: 3 } })
    expect(third.room.settings).toMatchObject({ post: 'moderator', slowModeSeconds: 3 })
    const shown = await bob.request({ action: 'getRoom', chatRoomId: room })
    expect(shown.room).toEqual({ ...third.room, memberCount: 2 })
  })

  test('is a conflict when another has changed it meanwhile; what is so already changes nothing', async () => {
    const { ada, room } = await givenAccess('link')
    const update = (more: object) => ({ action: 'updateRoom', chatRoomId: room, ...more }) as const
    const { room: first } = await ada.request(update({ topic: 'Tea', ifVersion: 0 }))
    expect(first.version).toBe(1)
    expect(await ada.refused(update({ topic: 'Coffee', ifVersion: 0 }))).toEqual({
      code: 'conflict',
      message: 'unable to change the room; others have changed it meanwhile',
      retryable: false,
    })
    for (const same of [{ topic: 'Tea' }, { roomName: 'A room', ifVersion: 1 }, {}]) {
      expect((await ada.request(update(same))).room).toMatchObject({ topic: 'Tea', version: 1 })
    }
    const { entries } = await ada.request({ action: 'getAudit', chatRoomId: room })
    expect(entries.map(({ action }) => action)).toEqual(['settings'])
  })

  test('is changed by many at once, and no change is lost', async () => {
    const { ada, room } = await givenAccess('link')
    const changes = [{ topic: 'Tea' }, { metadata: { a: 1 } }, { settings: { pin: 'member' } }]
    const outcomes = await Promise.all(
      changes.map((change) => outcomeOf(ada, { action: 'updateRoom', chatRoomId: room, ...change })),
    )
    expect(outcomes).toEqual(['ok', 'ok', 'ok'])
    expect((await ada.request({ action: 'getRoom', chatRoomId: room })).room).toMatchObject({
      topic: 'Tea',
      metadata: { a: 1 },
      settings: { pin: 'member' },
      version: 3,
    })
  })
})

describe('where a room shows what was said since the own join', () => {
  test('every reader begins there', async () => {
    const adaId = unique('ada')
    const ada = await online(chat, adaId)
    const { chatRoomId } = await ada.request({
      action: 'createRoom',
      roomName: 'A room',
      settings: { history: 'joined', pin: 'member' },
    })
    const say = (content: string) => ada.request({ action: 'sendMessage', chatRoomId, content })
    const [, old] = [await say('one'), await say('two')]
    const eve = await online(chat, unique('eve'))
    const contents = (messages: { content?: string }[]) => messages.map(({ content }) => content)
    const joined = await eve.request({ action: 'joinRoom', chatRoomId, lastSeq: 0 })
    expect(joined).toMatchObject({ headSeq: 2, recovered: true, events: [] })
    const fresh = await say('three')
    const history = async (more: object) =>
      contents((await eve.request({ action: 'getHistory', chatRoomId, ...more })).messages)
    expect(await history({})).toEqual(['three'])
    expect(await history({ after: 0 })).toEqual(['three'])
    expect(await history({ before: 3 })).toEqual([])
    expect(await history({ after: 0, before: 3 })).toEqual([])
    const [synced] = (await eve.request({ action: 'sync', rooms: { [chatRoomId]: 0 } })).rooms
    expect(contents(synced!.events as { content?: string }[])).toEqual(['three'])
    const again = await eve.request({ action: 'joinRoom', chatRoomId, lastSeq: 0 })
    expect(contents(again.events as { content?: string }[])).toEqual(['three'])
    const of = (messageId: string) => [
      { action: 'pinMessage', chatRoomId, messageId },
      { action: 'reportMessage', chatRoomId, messageId, reason: 'spam' },
    ]
    for (const frame of of(old.messageId)) expect(await outcomeOf(eve, frame)).toBe('message_not_found')
    for (const frame of of(fresh.messageId)) expect(await outcomeOf(eve, frame)).toBe('ok')
    // Members from the beginning see everything.
    expect(contents((await ada.request({ action: 'getHistory', chatRoomId })).messages)).toEqual([
      'one',
      'two',
      'three',
    ])
    // A user who leaves and comes back begins anew.
    await eve.request({ action: 'leaveRoom', chatRoomId })
    await eve.request({ action: 'joinRoom', chatRoomId })
    expect(await history({})).toEqual([])
  })

  test.each([
    [
      'joins',
      async (_ada: RawClient, { client, chatRoomId }: Newcomer) => client.request({ action: 'joinRoom', chatRoomId }),
    ],
    [
      'is added',
      async (ada: RawClient, { userId, chatRoomId }: Newcomer) =>
        ada.request({ action: 'addMembers', chatRoomId, userIds: [userId] }),
    ],
  ])('whoever %s is posted nothing from before, however late it is posted', async (_, enter) => {
    const [ada, userId] = [await online(chat, unique('ada')), unique('zoe')]
    const settings = { history: 'joined' }
    const { chatRoomId } = await ada.request({ action: 'createRoom', roomName: 'A room', settings })
    const client = await online(chat, userId)
    await settled(chat)
    chat.mapping.pause()
    await ada.request({ action: 'sendMessage', chatRoomId, content: 'before' })
    await enter(ada, { client, userId, chatRoomId })
    await ada.request({ action: 'sendMessage', chatRoomId, content: 'after' })
    chat.mapping.resume()
    await client.event('message', ({ content }) => content === 'after')
    await settled(chat)
    expect(client.events.flatMap((event) => (event.event === 'message' ? [event.content] : []))).toEqual(['after'])
  })
})

interface Newcomer {
  client: RawClient
  userId: string
  chatRoomId: string
}

test('a change of a role keeps the room among those that the user made', async () => {
  const { clients, room, userIds } = await givenRoom(chat, 'ada', 'bob')
  await clients[0].request({ action: 'setRole', chatRoomId: room, userId: userIds[1], role: 'owner' })
  const own = async () => (await itemsOf(chat, 'UserRoom')).find((row) => row.pk === `user#${userIds[0]}`)
  expect(await own()).toMatchObject({ Own: true, Role: 'owner' })
  await clients[0].request({ action: 'setRole', chatRoomId: room, userId: userIds[0], role: 'member' })
  expect(await own()).toMatchObject({ Own: true, Role: 'member' })
})
