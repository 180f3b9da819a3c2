import { expect, test } from 'vitest'
import { presenceOf, presentKey, presentOfUser, renewPresent } from '../../src/entities/present.ts'
import { recorded } from '../support/recorded.ts'
import { answers } from './pattern-list.ts'
import { EXPIRES_AT, NEW_CONNECTION, NOW, type Pattern, patterns } from './patterns.ts'

const sentBy = (pattern: Pattern) => recorded(patterns[pattern], answers)

/** Exactly one request, with this input. */
const only = (operation: string, input: Record<string, unknown>) => [
  { operation, input: { TableName: 'tabletalk', ...input } },
]

const LX = 'Lx9bcfQkIAMCEAA='
const pk = 'presence#general'
const key = { pk, sk: `ada#${LX}` }
const ofConnection = (id: string) => ({ pk: `$tabletalk#connectionId_${id}`, sk: '$Connection_1' })

test.each(['ada', 'a#da', '#'])('whoever is called %s is found in the key', (userId) => {
  const about = { chatRoomId: 'general', userId, connectionId: LX }
  expect(presenceOf(presentKey(about))).toEqual(about)
})

test('AP134 getPresent reads its own row consistently', async () => {
  expect(await sentBy('AP134')).toMatchObject(only('GetItem', { Key: key, ConsistentRead: true }))
})

test('AP135 putPresent ends by TTL after its lease, and not as a renewal', async () => {
  const [put] = await sentBy('AP135')
  expect(put).toMatchObject({ operation: 'PutItem' })
  expect(put!.input.Item).toEqual({
    ...key,
    Since: NOW,
    ChangedAt: NOW,
    Until: NOW + 300_000,
    JoinId: 'j1',
    Session: expect.any(String) as string,
    expiresAt: NOW / 1_000 + 301,
    __edb_e__: 'Present',
    __edb_v__: '1',
  })
})

test('AP136 renewPresent changes the lease of what is there and says the same', async () => {
  const [renewal] = await sentBy('AP136')
  expect(renewal).toMatchObject({ operation: 'UpdateItem', input: { Key: key } })
  const { ConditionExpression: condition, UpdateExpression: update } = renewal!.input as Record<string, string>
  for (const part of ['attribute_exists(#pk)', '#changedAt =', '#joinId =']) expect(condition).toContain(part)
  for (const part of ['#until', '#renewedAt', '#expiresAt']) expect(update).toContain(part)
})

test('AP136 renewPresent with data changes what is there on the same condition, and is no renewal', async () => {
  const here = { chatRoomId: 'general', userId: 'ada', connectionId: LX }
  const before = { changedAt: NOW, joinId: 'j1' }
  const wanted = { until: NOW + 420_000, data: '{"at":"end"}' }
  const [change] = await recorded(() => renewPresent(here, before, wanted, NOW + 1), answers)
  const { ConditionExpression: condition, UpdateExpression: update } = change!.input as Record<string, string>
  for (const part of ['attribute_exists(#pk)', '#changedAt =', '#joinId =']) expect(condition).toContain(part)
  expect(update).toMatch(/SET .*#changedAt = .*REMOVE .*#renewedAt/)
})

test('AP137 deletePresent deletes without a look, and says what was there', async () => {
  expect(await sentBy('AP137')).toMatchObject(only('DeleteItem', { Key: key, ReturnValues: 'ALL_OLD' }))
})

test('AP138 presentInRoom reads one page of the room, consistently', async () => {
  expect(await sentBy('AP138')).toMatchObject(
    only('Query', {
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
      ConsistentRead: true,
      Limit: 400,
    }),
  )
})

test('AP139 deletePresentUser reads what is of the user, and deletes what stands on the membership', async () => {
  const [row, other] = [`ada#${LX}`, `ada#b#${LX}`].map((sk) => ({
    pk,
    sk,
    JoinId: 'j1',
    __edb_e__: 'Present',
    __edb_v__: '1',
  }))
  const requests = await recorded(patterns.AP139, { ...answers, Query: { Items: [row, other] } })
  expect(requests).toMatchObject([
    {
      operation: 'Query',
      input: { ExpressionAttributeValues: { ':pk': pk, ':sk1': 'ada#' }, ConsistentRead: true, Limit: 100 },
    },
    { operation: 'DeleteItem', input: { Key: key, ConditionExpression: '#joinId = :joinId0' } },
  ])
})

test('AP158 presentOfUser reads what is there of the user, without what has ended and other memberships', async () => {
  const row = (place: string, more: object = {}) => ({
    ...{ pk, sk: place, JoinId: 'j1', Until: NOW + 1, __edb_e__: 'Present', __edb_v__: '1' },
    ...more,
  })
  const Items = [
    row(`ada#${LX}`),
    row('ada#ended=', { Until: NOW }),
    row('ada#former=', { JoinId: 'j0' }),
    row(`ada#b#${LX}`),
  ]
  const shown: string[] = []
  const here = { chatRoomId: 'general', userId: 'ada' }
  const read = async () => {
    for (const { place } of await presentOfUser(here, 'j1', NOW)) shown.push(place)
  }
  expect(await recorded(read, { ...answers, Query: { Items } })).toMatchObject(
    only('Query', {
      ExpressionAttributeValues: { ':pk': pk, ':sk1': 'ada#' },
      ConsistentRead: true,
      Limit: 20,
    }),
  )
  expect(shown).toEqual([`ada#${LX}`])
})

test('AP140 holdPresence adds the room to those of a connection that is there, up to a number', async () => {
  const [held] = await sentBy('AP140')
  expect(held).toMatchObject({ operation: 'UpdateItem', input: { Key: ofConnection(LX), ReturnValues: 'ALL_NEW' } })
  const { ConditionExpression: condition } = held!.input as Record<string, string>
  expect(condition).toContain('attribute_exists(#pk)')
  expect(condition).toContain('size(#presentIn) < ')
})

test('AP141 releasePresence takes the room out of those of a connection that has it', async () => {
  expect(await sentBy('AP141')).toMatchObject(
    only('UpdateItem', {
      Key: ofConnection(LX),
      ConditionExpression: expect.stringContaining('contains(#presentIn, :presentIn') as string,
    }),
  )
})

test('AP142 areOpen asks for connections by the hundred, and not consistently', async () => {
  const [got] = await sentBy('AP142')
  expect(got).toMatchObject({
    operation: 'BatchGetItem',
    input: { RequestItems: { tabletalk: { Keys: [LX, NEW_CONNECTION].map(ofConnection) } } },
  })
  expect(JSON.stringify(got!.input)).not.toContain('ConsistentRead')
})

test('AP150 endPlaces takes rooms out of those of a connection while nothing of it is there, or what has ended', async () => {
  const [asked] = await sentBy('AP150')
  const [places, ended] = asked!.input.TransactItems as [{ Update: object }, { Delete: Record<string, unknown> }]
  expect(asked!.operation).toBe('TransactWriteItems')
  expect(places.Update).toMatchObject({
    Key: ofConnection(NEW_CONNECTION),
    ConditionExpression: 'attribute_exists(#pk) AND attribute_exists(#sk)',
  })
  expect(ended.Delete).toMatchObject({
    Key: { pk, sk: `ada#${NEW_CONNECTION}` },
    ConditionExpression: 'attribute_not_exists(#until) OR #until <= :until0',
  })
})

test('AP143 someSubscriptions reads the first of the room, without the departures', async () => {
  const rows = [
    { sk: '00#a=', ConnectionId: 'a=', UserId: 'ada', JoinId: 'j', expiresAt: EXPIRES_AT },
    { sk: '01#b=', ConnectionId: 'b=', UserId: 'bob', JoinId: 'j', expiresAt: NOW / 1_000 },
  ].map((row) => ({ pk: 'subscriptions#general', __edb_e__: 'Subscription', __edb_v__: '1', ...row }))
  expect(await recorded(patterns.AP143, { ...answers, Query: { Items: rows } })).toMatchObject(
    only('Query', {
      KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
      ExpressionAttributeValues: { ':pk': 'subscriptions#general', ':sk1': '0', ':sk2': 'g' },
      Limit: 400,
    }),
  )
})
