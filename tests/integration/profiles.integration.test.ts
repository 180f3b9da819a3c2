import { describe, expect, onTestFinished, test } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { givenBackend } from '../support/backend.ts'
import { connect, online, unique } from '../support/runtime.ts'
import { itemsOf } from '../support/table-scan.ts'
import { useChat } from '../support/use-chat.ts'

const chat = await useChat()

/** Opens a connection that has synced, of a user whose token has these claims. */
async function onlineWith(at: Runtime, userId: string, claims: { name?: string; picture?: string }) {
  const client = await RawClient.open(at.wsUrl, await at.token(userId, claims))
  onTestFinished(() => client.close())
  await client.request({ action: 'sync' })
  return client
}

const profilesOf = async (client: RawClient, ...userIds: string[]) =>
  (await client.request({ action: 'getUsers', userIds })).users

const set = (client: RawClient, profile: object) => client.request({ action: 'setProfile', ...profile })

const now = expect.any(Number) as number
const picture = 'https://people.example.com/ada.png'

describe('a profile', () => {
  test('is what its user says, to everybody, a part at a time', async () => {
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = [await online(chat, adaId), await online(chat, bobId)]
    expect(await profilesOf(bob, adaId, bobId)).toEqual([])
    const metadata = { team: 'engines', tags: ['first'] }
    expect(await set(ada, { name: 'Ada Lovelace', metadata })).toEqual({
      profile: { userId: adaId, name: 'Ada Lovelace', metadata, updatedAt: now },
    })
    await set(ada, { imageUrl: picture })
    await set(bob, { name: 'Bob' })
    expect(await profilesOf(bob, bobId, unique('nobody'), adaId, adaId)).toEqual([
      { userId: bobId, name: 'Bob', updatedAt: now },
      { userId: adaId, name: 'Ada Lovelace', imageUrl: picture, metadata, updatedAt: now },
    ])
    await set(ada, { imageUrl: null, metadata: {} })
    expect(await profilesOf(bob, adaId)).toEqual([
      { userId: adaId, name: 'Ada Lovelace', metadata: {}, updatedAt: now },
    ])
  })

  test('is one’s own only', async () => {
    const [adaId, eveId] = [unique('ada'), unique('eve')]
    const eve = await online(chat, eveId)
    expect(await eve.refused({ action: 'setProfile', userId: adaId, name: 'Ada' })).toMatchObject({
      code: 'forbidden',
      message: "unable to act; userId isn't the token's user",
    })
    expect(await eve.refused({ action: 'upsertUsers', users: [{ userId: adaId, name: 'Ada' }] })).toMatchObject({
      code: 'unknown_action',
      message: 'unable to act; there is no such action',
    })
    expect(await profilesOf(eve, adaId)).toEqual([])
  })

  test.each([
    [{ name: 'adA\u202e' }, 'name', 'has a blank at its start or end, or a character that does not print'],
    [{ name: 'x'.repeat(65) }, 'name', 'is longer than 64 characters'],
    [{ imageUrl: 'http://people.example.com/ada.png' }, 'imageUrl', 'must be a URL that starts with https://'],
  ])('is refused when it shows something else than it says: %j', async (profile, path, problem) => {
    const ada = await online(chat, unique('ada'))
    expect(await ada.refused({ action: 'setProfile', ...profile })).toMatchObject({
      code: 'invalid_request',
      details: [{ path, problem }],
    })
  })

  test('keeps a ban, and a ban keeps it', async () => {
    const backend = await givenBackend(chat, unique('shop'))
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const [ada, bob] = [await online(chat, adaId), await online(chat, bobId)]
    await set(ada, { name: 'Ada' })
    await backend.request('banUser', { userId: adaId })
    await backend.request('upsertUsers', { users: [{ userId: adaId, name: 'Ada Byron' }] })
    expect(await profilesOf(bob, adaId)).toMatchObject([{ name: 'Ada Byron' }])
    await expect(connect(chat, adaId)).rejects.toThrow('403')
    // A banned user without a profile has a row, but nobody learns of it.
    const eveId = unique('eve')
    await backend.request('banUser', { userId: eveId })
    expect(await profilesOf(bob, eveId)).toEqual([])
  })

  test('is left for another request when the reply would be too large for a WebSocket', async () => {
    const backend = await givenBackend(chat, unique('shop'))
    const client = await online(chat, unique('ada'))
    const userIds = Array.from({ length: 100 }, (_, i) => unique(`user${i}`))
    const metadata = { data: 'x'.repeat(2_000) }
    const { users } = await backend.request('upsertUsers', { users: userIds.map((userId) => ({ userId, metadata })) })
    expect((users as { userId: string }[]).map(({ userId }) => userId)).toEqual(userIds)
    const seen: string[] = []
    let left: string[] | undefined = userIds
    for (let requests = 0; left !== undefined; requests++) {
      expect(requests).toBeLessThan(5)
      const reply = (await client.request({ action: 'getUsers', userIds: left })) as {
        users: { userId: string }[]
        left?: string[]
      }
      expect(Buffer.byteLength(JSON.stringify(reply))).toBeLessThan(128 * 1_024)
      seen.push(...reply.users.map(({ userId }) => userId))
      left = reply.left
    }
    expect(seen).toEqual(userIds)
  })
})

describe('what a token says', () => {
  test('is what a user without a profile begins with, and no more, where users say who they are', async () => {
    const adaId = unique('ada')
    const ada = await onlineWith(chat, adaId, { name: 'Ada', picture })
    expect(await profilesOf(ada, adaId)).toEqual([{ userId: adaId, name: 'Ada', imageUrl: picture, updatedAt: now }])
    await set(ada, { name: 'Countess', imageUrl: null })
    const again = await onlineWith(chat, adaId, { name: 'Ada', picture })
    expect(await profilesOf(again, adaId)).toEqual([{ userId: adaId, name: 'Countess', updatedAt: now }])
  })

  test('is cleaned and cut, because its user can’t mend it; a picture that is none is left out', async () => {
    const adaId = unique('ada')
    const name = ` \u202eAda\n\n Love\u200blace  ${'x'.repeat(100)}`
    const ada = await onlineWith(chat, adaId, { name, picture: 'http://people.example.com/ada.png' })
    expect(await profilesOf(ada, adaId)).toEqual([
      { userId: adaId, name: `Ada Lovelace ${'x'.repeat(51)}`, updatedAt: now },
    ])
    const hidden = unique('hidden')
    const nobody = await onlineWith(chat, hidden, { name: '\u200b \u2066' })
    expect(await profilesOf(nobody, hidden)).toEqual([])
  })

  test('is nothing: then nothing is written', async () => {
    const adaId = unique('ada')
    await online(chat, adaId)
    expect((await itemsOf(chat, 'User')).filter(({ UserId }) => UserId === adaId)).toEqual([])
  })
})

describe('a backend', () => {
  test('says who users are, whether or not they have ever come, and as whom it acts too', async () => {
    const backend = await givenBackend(chat, unique('shop'))
    const [adaId, bobId] = [unique('ada'), unique('bob')]
    const ada = await online(chat, adaId)
    await set(ada, { name: 'Ada', imageUrl: picture })
    const users = [
      { userId: bobId, name: 'Bob', metadata: { age: 7 } },
      { userId: adaId, imageUrl: null },
    ]
    const profiles = [
      { userId: bobId, name: 'Bob', metadata: { age: 7 }, updatedAt: now },
      { userId: adaId, name: 'Ada', updatedAt: now },
    ]
    expect(await backend.request('upsertUsers', { users })).toEqual({ users: profiles })
    expect(await backend.request('getUsers', { userIds: [bobId, adaId] })).toEqual({ users: profiles })
    await backend.request('setProfile', { name: 'Robert', asUserId: bobId })
    expect(await profilesOf(ada, bobId)).toMatchObject([{ name: 'Robert', metadata: { age: 7 } }])
  })

  test.each([
    [[], 'users', 'Too small: expected array to have >=1 items'],
    [[{ userId: 'ada' }, { userId: 'ada', name: 'Ada' }], 'users', 'names a user twice'],
    [[{ name: 'Ada' }], 'users.0.userId', 'Invalid input: expected string, received undefined'],
    [
      [{ userId: 'ada', name: 'Ada ' }],
      'users.0.name',
      'has a blank at its start or end, or a character that does not print',
    ],
  ])('is told what is wrong with %j', async (users, path, problem) => {
    const backend = await givenBackend(chat, unique('shop'))
    expect(await backend.ask('upsertUsers', { users })).toMatchObject({
      status: 400,
      error: { code: 'invalid_request', details: [{ path, problem }] },
    })
  })
})

describe('with PROFILES=token', async () => {
  const ofToken = await useChat({ environment: { PROFILES: 'token' } })

  test('a profile follows the token at each sync, and its user changes the rest only', async () => {
    const adaId = unique('ada')
    await onlineWith(ofToken, adaId, { name: 'Ada', picture })
    const ada = await onlineWith(ofToken, adaId, { name: 'Ada Byron' })
    expect(await profilesOf(ada, adaId)).toMatchObject([{ name: 'Ada Byron', imageUrl: picture }])
    for (const change of [{ name: 'Countess' }, { imageUrl: picture }, { imageUrl: null }]) {
      expect(await ada.refused({ action: 'setProfile', ...change, metadata: { a: 1 } })).toEqual({
        code: 'forbidden',
        message: 'unable to change the profile; name and picture are those of the token',
        retryable: false,
      })
    }
    await set(ada, { metadata: { a: 1 } })
    expect(await profilesOf(ada, adaId)).toEqual([
      { userId: adaId, name: 'Ada Byron', imageUrl: picture, metadata: { a: 1 }, updatedAt: now },
    ])
  })
})

describe('with PROFILES=server', async () => {
  const ofServer = await useChat({ environment: { PROFILES: 'server' } })

  test('neither token nor user change a profile, and a backend does', async () => {
    const adaId = unique('ada')
    const ada = await onlineWith(ofServer, adaId, { name: 'Ada', picture })
    expect(await ada.refused({ action: 'setProfile', metadata: {} })).toEqual({
      code: 'forbidden',
      message: 'unable to change the profile; this deployment makes the profiles',
      retryable: false,
    })
    expect(await profilesOf(ada, adaId)).toEqual([])
    const backend = await givenBackend(ofServer, unique('shop'))
    await backend.request('upsertUsers', { users: [{ userId: adaId, name: 'Ada' }] })
    expect(await profilesOf(ada, adaId)).toEqual([{ userId: adaId, name: 'Ada', updatedAt: now }])
  })
})
