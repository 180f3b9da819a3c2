import { describe, expect, test } from 'vitest'
import type { Profile } from '../../client/index.ts'
import { type Given, givenClient } from './given-client.ts'
import type { FakeServer } from './fake-server.ts'

const MINUTE = 60_000

async function givenUsers(features: FakeServer['features'] = ['profiles']): Promise<Given> {
  const given = givenClient()
  given.server.features = features
  for (const name of ['Ada', 'Bob']) given.server.profiles.set(name, { userId: name, name, updatedAt: 1 })
  await given.client.connect()
  return given
}

const askedFor = (server: FakeServer) => server.asked('getUsers').map(({ userIds }) => userIds)

describe('who a user is', () => {
  test('is asked for in one request for all who are looked at, and kept for 10 minutes', async () => {
    const { client, clock, server } = await givenUsers()
    const [ada, bob, nobody] = ['Ada', 'Bob', 'nobody'].map((id) => client.user(id))
    expect(server.asked('getUsers')).toEqual([])
    const heard: Profile[] = []
    ada!.on('change', (profile) => heard.push(profile))
    expect([ada!.profile, bob!.profile, nobody!.profile]).toEqual([undefined, undefined, undefined])
    await clock.advance(1_000)
    expect(askedFor(server)).toEqual([['Ada', 'Bob', 'nobody']])
    expect([ada!.profile?.name, bob!.profile?.name, nobody!.profile]).toEqual(['Ada', 'Bob', undefined])
    expect(heard).toEqual([{ userId: 'Ada', name: 'Ada', updatedAt: 1 }])
    expect(client.user('Ada')).toBe(ada)

    await clock.advance(9 * MINUTE)
    expect(ada!.profile?.name).toBe('Ada')
    await clock.advance(MINUTE)
    expect(server.asked('getUsers')).toHaveLength(1)
    server.profiles.set('Ada', { userId: 'Ada', name: 'Countess', updatedAt: 2 })
    expect(ada!.profile?.name).toBe('Ada')
    await clock.advance(1_000)
    expect(askedFor(server).slice(1)).toEqual([['Ada']])
    expect(heard.map(({ name }) => name)).toEqual(['Ada', 'Countess'])
  })

  test('is found beside ids that nobody can have, which are nobody’s', async () => {
    const { client, clock, server, errors } = await givenUsers()
    server.override = ({ action, userIds }) =>
      action === 'getUsers' && (userIds as string[]).includes('')
        ? { error: { code: 'invalid_request', retryable: false } }
        : undefined
    const [ada, bad, bob] = ['Ada', '', 'Bob'].map((id) => client.user(id))
    for (const user of [ada, bad, bob]) expect(user!.profile).toBeUndefined()
    await clock.advance(1_000)
    expect([ada!.profile?.name, bad!.profile, bob!.profile?.name]).toEqual(['Ada', undefined, 'Bob'])
    const asked = askedFor(server).length
    await clock.advance(MINUTE)
    expect(bad!.profile).toBeUndefined()
    await clock.advance(1_000)
    expect(askedFor(server)).toHaveLength(asked)
    expect(errors).toEqual([])
  })

  test('is nobody for an id that nobody can have, which is asked for once', async () => {
    const { client, clock, server, errors } = await givenUsers()
    server.override = ({ action }) =>
      action === 'getUsers' ? { error: { code: 'invalid_request', retryable: false } } : undefined
    for (let look = 0; look < 3; look++) {
      expect(client.user('').profile).toBeUndefined()
      await clock.advance(1_000)
    }
    expect(askedFor(server)).toEqual([['']])
    expect(errors).toEqual([])
  })

  test('is nobody any more once a room has told that they were erased', async () => {
    const { client, clock, server } = await givenUsers()
    const [ada, bob] = ['Ada', 'Bob'].map((id) => client.user(id))
    const heard: Profile[] = []
    ada!.on('change', (profile) => heard.push(profile))
    expect(bob!.profile).toBeUndefined()
    await clock.advance(1_000)
    client.room('general')
    for (const userId of ['Ada', 'nobody']) {
      server.sockets[0]!.events(server.log('general', { event: 'userErased', userId }))
    }
    await clock.advance(1_000)
    expect(heard.map(({ name, erased }) => [name, erased])).toEqual([
      ['Ada', undefined],
      [undefined, true],
    ])
    expect(bob!.profile?.name).toBe('Bob')
    expect(askedFor(server)).toEqual([['Ada', 'Bob']])
  })

  test('is asked for a hundred at a time, and those that a reply had no room for again', async () => {
    const { client, clock, server } = await givenUsers()
    const left = ['user-3']
    server.override = (frame) => {
      if (frame.action !== 'getUsers' || server.asked('getUsers').length > 1) return undefined
      return { data: { users: [], left } }
    }
    for (let i = 0; i < 130; i++) expect(client.user(`user-${i}`).profile).toBeUndefined()
    await clock.advance(1_000)
    const asked = askedFor(server) as string[][]
    expect(asked.map((ids) => ids.length)).toEqual([100, 31])
    expect(asked[1]).toContain('user-3')
  })

  test('is asked for once there is a connection', async () => {
    const given = givenClient()
    given.server.features = ['profiles']
    given.server.profiles.set('Ada', { userId: 'Ada', name: 'Ada', updatedAt: 1 })
    expect(given.client.user('Ada').profile).toBeUndefined()
    await given.clock.advance(1_000)
    await given.client.connect()
    await given.clock.advance(1_000)
    expect(given.client.user('Ada').profile?.name).toBe('Ada')
    expect(given.server.asked('getUsers')).toHaveLength(1)
  })

  test('is unknown with a server that has no profiles, which is asked for nothing', async () => {
    const { client, clock, server } = await givenUsers([])
    expect(client.user('Ada').profile).toBeUndefined()
    await clock.advance(MINUTE)
    expect(server.asked('getUsers')).toEqual([])
  })

  test('is asked for at the next look when the server refused, which the application hears of', async () => {
    const { client, clock, server, errors } = await givenUsers()
    server.override = ({ action }) =>
      action === 'getUsers' ? { error: { code: 'forbidden', retryable: false } } : undefined
    expect(client.user('Ada').profile).toBeUndefined()
    await clock.advance(1_000)
    expect(errors).toMatchObject([{ code: 'forbidden', message: 'refused by the fake server' }])
    server.override = () => undefined
    expect(client.user('Ada').profile).toBeUndefined()
    await clock.advance(1_000)
    expect(client.user('Ada').profile?.name).toBe('Ada')
  })
})

test('what a user says of themselves is shown at once, and no older reply takes it back', async () => {
  const { client, clock, server } = await givenUsers()
  await clock.advance(1_000)
  const profile = await client.setProfile({ name: 'Me', metadata: { a: 1 } })
  expect(profile).toMatchObject({ userId: 'me', name: 'Me', metadata: { a: 1 } })
  server.profiles.set('me', { userId: 'me', name: 'Old', updatedAt: profile.updatedAt - 1 })
  expect(client.user('me').profile?.name).toBe('Me')
  await clock.advance(1_000)
  expect(server.asked('getUsers')).toHaveLength(1)
  expect(client.user('me').profile?.name).toBe('Me')
})
