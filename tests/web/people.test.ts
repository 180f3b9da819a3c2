import { expect, test } from 'vitest'
import { confusableKey } from '../../web/src/text/confusable-key.ts'
import { People } from '../../web/src/state/people.ts'
import { callsOf, withIds, withNames } from '../../web/src/text/mention-names.ts'
import { settled } from '../client/virtual-clock.ts'
import { givenChat } from './given-chat.ts'

interface Given {
  name?: string
  imageUrl?: string
  erased?: true
}

/** Creates a server with these users, by id. */
async function givenPeople(profiles: Record<string, Given>, imageOrigins: string[] = []) {
  const given = givenChat()
  given.server.features = ['profiles']
  const asked: string[][] = []
  given.server.override = ({ action, ...frame }) => {
    if (action !== 'getUsers') return undefined
    const { userIds } = frame as unknown as { userIds: string[] }
    asked.push(userIds)
    const known = userIds.filter((userId) => profiles[userId])
    return { data: { users: known.map((userId) => ({ userId, updatedAt: 1, ...profiles[userId] })) } }
  }
  await given.client.connect()
  const people = new People({ client: given.client, confusableKey: async () => confusableKey, imageOrigins })
  for (const userId of Object.keys(profiles)) people.of(userId)
  await given.clock.advance(100)
  await settled()
  return { ...given, people, asked }
}

test('people are called by their names; those without one, by their ids', async () => {
  const { people, asked } = await givenPeople({ 'auth0|1': { name: 'Ada' }, bob: {}, gone: { erased: true } })
  expect(['auth0|1', 'bob', 'gone'].map(people.textOf)).toEqual(['Ada', 'bob', 'Deleted user'])
  expect(asked).toEqual([['auth0|1', 'bob', 'gone']])
})

test('nobody is asked about an id that cannot be', async () => {
  const { people, asked, clock, errors } = await givenPeople({})
  for (const userId of ['', 'x'.repeat(129), '\ud800', 'ada']) people.look(people.of(userId) && userId)
  await clock.advance(100)
  expect(asked).toEqual([['ada']])
  expect(errors).toEqual([])
})

test('the id stands behind names that are alike, or like the id of somebody else', async () => {
  const { people } = await givenPeople({
    ada: { name: 'Ada Lovelace' },
    eve: { name: 'Аda Lovelace' },
    bob: { name: 'Robert' },
    mallory: { name: 'bob' },
    dan: { name: 'Dan' },
  })
  expect(['ada', 'eve', 'bob', 'mallory', 'dan'].map(people.textOf)).toEqual([
    'Ada Lovelace (ada)',
    'Аda Lovelace (eve)',
    'Robert (bob)',
    'bob (mallory)',
    'Dan',
  ])
})

test('pictures of other origins are not loaded', async () => {
  const { people } = await givenPeople(
    { ada: { imageUrl: 'https://ok.example/a.png' }, eve: { imageUrl: 'https://ok.example.evil/a.png' } },
    ['https://ok.example'],
  )
  expect(['ada', 'eve'].map((userId) => people.of(userId).get().imageUrl)).toEqual([
    'https://ok.example/a.png',
    undefined,
  ])
})

test.each([
  ['users', true],
  ['token', false],
  ['server', false],
] as const)('where names come from %s, a user may change their own: %s', async (profiles, expected) => {
  const given = givenChat()
  expect(given.chat.mayChangeProfile).toBe(false)
  given.server.limits = { ...given.server.limits, profiles }
  await given.client.connect()
  expect(given.chat.mayChangeProfile).toBe(expected)
})

const names: Record<string, string> = { 'auth0|1': 'Ada Lovelace', 'auth0|2': 'Ada', x: 'Sam', y: 'Sam', z: 'x' }
const nameOf = (userId: string) => names[userId]!
const calls = callsOf(Object.keys(names), nameOf)

test.each([
  ['@Ada Lovelace, hello', '@auth0|1, hello'],
  ['@Ada, hello', '@auth0|2, hello'],
  ['@auth0|1', '@auth0|1'],
  ['@Sam @x @y', '@Sam @x @y'],
  ['`@Ada`', '`@auth0|2`'],
])('%j is sent as %j', (text, sent) => {
  expect(withIds(text, calls)).toBe(sent)
})

test('what is sent is shown with names again', () => {
  const text = 'See @Ada Lovelace and @Ada about @z'
  expect(withNames(withIds(text, calls), ['auth0|1', 'auth0|2'], nameOf)).toBe(text)
  expect(withNames('@auth0|1', undefined, nameOf)).toBe('@auth0|1')
})
