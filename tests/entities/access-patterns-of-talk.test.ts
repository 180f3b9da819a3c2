import { describe, expect, test } from 'vitest'
import { followedThreads } from '../../src/entities/followed-thread.ts'
import { mentionsOf } from '../../src/entities/mention.ts'
import { messageIdOf, setReactions, setThread } from '../../src/entities/message.ts'
import { postedFor } from '../../src/entities/posting.ts'
import { reactionsOf } from '../../src/entities/reaction.ts'
import { AFTER_USER_IDS } from '../../src/entities/table.ts'
import { recorded } from '../support/recorded.ts'
import { answers } from './pattern-list.ts'
import { NOW, type Pattern, patterns } from './patterns.ts'

const sentBy = (pattern: Pattern) => recorded(patterns[pattern], answers)

/** Exactly one request, with this input. */
const only = (operation: string, input: Record<string, unknown>) => [
  { operation, input: { TableName: 'tabletalk', ...input } },
]

/** A strongly consistent query of a range in one partition. */
const query = (condition: string, values: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  only('Query', {
    KeyConditionExpression: condition,
    ExpressionAttributeValues: values,
    ConsistentRead: true,
    ...more,
  })

const ofPartition = '#pk = :pk'
const between = '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2'

const one = messageIdOf(1)
const MESSAGE = { pk: '$tabletalk#chatRoomId_general', sk: `$Message_1#messageId_${one}` }

describe('Reaction', () => {
  const pk = `reactions#general#${one}`
  const key = { pk, sk: '👍#ada' }

  test('AP99 putReaction puts it if it is new', async () => {
    expect(await sentBy('AP99')).toMatchObject(
      only('PutItem', {
        Item: { pk, sk: '%23️⃣%25#ada', Reaction: '%23️⃣%25', UserId: 'ada', At: NOW, __edb_e__: 'Reaction' },
        ConditionExpression: 'attribute_not_exists(#pk) AND attribute_not_exists(#sk)',
      }),
    )
  })

  test('AP100 removeReaction deletes it if it is there', async () => {
    expect(await sentBy('AP100')).toMatchObject(
      only('DeleteItem', { Key: key, ConditionExpression: 'attribute_exists(#pk) AND attribute_exists(#sk)' }),
    )
  })

  test('AP101 reactionsOf reads a page and one more, of all reactions or of one', async () => {
    const Limit = 101
    expect(await sentBy('AP101')).toMatchObject(query(ofPartition, { ':pk': pk }, { Limit }))
    const of = (page: object) =>
      recorded(() => reactionsOf({ chatRoomId: 'general', messageId: one }, { limit: 100, ...page }))
    expect(await of({ reaction: '#' })).toMatchObject(
      query(between, { ':pk': pk, ':sk1': '%23# ', ':sk2': `%23#${AFTER_USER_IDS}` }, { Limit }),
    )
    expect(await of({ reaction: '#', after: { reaction: '#', userId: 'ada' } })).toMatchObject(
      query(between, { ':pk': pk, ':sk1': '%23#ada\u0000', ':sk2': `%23#${AFTER_USER_IDS}` }, { Limit }),
    )
    expect(await of({ after: { reaction: '#', userId: 'ada' } })).toMatchObject(
      query('#pk = :pk and #sk1 > :sk1', { ':pk': pk, ':sk1': '%23#ada' }, { Limit }),
    )
  })

  test('AP102 everyReaction reads the whole partition', async () => {
    expect(await sentBy('AP102')).toMatchObject(query(ofPartition, { ':pk': pk }))
  })

  test('AP103 reactionsBy reads up to 100 in one request', async () => {
    expect(await sentBy('AP103')).toMatchObject([
      { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys: [key], ConsistentRead: true } } } },
    ])
  })

  test('AP104 deleteReactions reads them all, and deletes what is there', async () => {
    expect((await sentBy('AP104')).map(({ operation }) => operation)).toEqual(['Query'])
    const [, deletion] = await recorded(patterns.AP104, {
      ...answers,
      Query: {
        Items: [
          {
            ...key,
            ...{ ChatRoomId: 'general', MessageId: one, Reaction: '👍', UserId: 'ada', At: NOW },
            ...{ __edb_e__: 'Reaction', __edb_v__: '1' },
          },
        ],
      },
    })
    expect(deletion).toMatchObject({ input: { RequestItems: { tabletalk: [{ DeleteRequest: { Key: key } }] } } })
  })
})

describe('ThreadReply', () => {
  const pk = `thread#general#${one}`
  const key = { pk, sk: messageIdOf(2) }

  test('AP105 putReply puts it, whether or not it is there', async () => {
    const [sent] = await sentBy('AP105')
    expect(sent).toMatchObject({ operation: 'PutItem', input: { Item: { ...key, SenderId: 'bob', At: NOW } } })
    expect(sent!.input).not.toHaveProperty('ConditionExpression')
  })

  test('AP106 removeReply deletes it', async () => {
    expect(await sentBy('AP106')).toEqual(only('DeleteItem', { Key: key }))
  })

  test('AP107 repliesBetween reads a bounded range', async () => {
    const values = { ':pk': pk, ':sk1': one, ':sk2': messageIdOf(9) }
    expect(await sentBy('AP107')).toMatchObject(query(between, values, { Limit: 51, ScanIndexForward: true }))
  })

  test('AP108 everyReply reads the whole partition', async () => {
    expect(await sentBy('AP108')).toMatchObject(query(ofPartition, { ':pk': pk }))
  })
})

describe('Posting', () => {
  const key = { pk: 'search#general#he', sk: '0#hello' }

  test('AP152 addPosting adds to a set of numbers', async () => {
    const [update] = await sentBy('AP152')
    expect(update).toMatchObject({ operation: 'UpdateItem', input: { Key: key } })
    expect(update!.input.UpdateExpression).toMatch(/ADD #seqs :seqs/)
    expect(Object.values(update!.input.ExpressionAttributeValues as object)).toContainEqual(new Set([2]))
  })

  test('AP153 removePosting takes from the set of an item that is there, and deletes one without numbers', async () => {
    expect(await sentBy('AP153')).toMatchObject([
      {
        operation: 'UpdateItem',
        input: {
          Key: key,
          UpdateExpression: expect.stringMatching(/DELETE #seqs :seqs/) as string,
          ConditionExpression: 'attribute_exists(#pk) AND attribute_exists(#sk)',
        },
      },
      {
        operation: 'DeleteItem',
        input: { Key: key, ConditionExpression: expect.stringContaining('attribute_not_exists(#seqs)') as string },
      },
    ])
  })

  test('AP154 postedFor reads a word, or all that begin so, of one thousand', async () => {
    const of = (last: string) => query(between, { ':pk': key.pk, ':sk1': '0#hello', ':sk2': last }, { Limit: 100 })
    expect(await sentBy('AP154')).toMatchObject(of('0#hello\u{10ffff}'))
    const exact = { chatRoomId: 'general', thousand: 0, word: 'hello' }
    expect(await recorded(() => postedFor(exact, { isBeginning: false }))).toMatchObject(of('0#hello'))
  })
})

describe('Mention', () => {
  const pk = 'mentions#ada'
  const key = { pk, sk: `${NOW}#general#${one}` }

  test('AP109 putMentions puts up to 25 in one request, for 90 days', async () => {
    const Item = { ...key, SenderId: 'bob', expiresAt: NOW / 1_000 + 90 * 24 * 3_600 }
    expect(await sentBy('AP109')).toMatchObject([
      { operation: 'BatchWriteItem', input: { RequestItems: { tabletalk: [{ PutRequest: { Item } }] } } },
    ])
  })

  test('AP110 deleteMentions deletes up to 25 in one request', async () => {
    expect(await sentBy('AP110')).toMatchObject([
      { operation: 'BatchWriteItem', input: { RequestItems: { tabletalk: [{ DeleteRequest: { Key: key } }] } } },
    ])
  })

  test('AP111 mentionsOf reads a page and one more, the newest first', async () => {
    const page = { Limit: 51, ScanIndexForward: false }
    expect(await sentBy('AP111')).toMatchObject(query(ofPartition, { ':pk': pk }, page))
    const before = { timestamp: 7, chatRoomId: 'general', messageId: one }
    expect(await recorded(() => mentionsOf('ada', { limit: 50, before }, NOW))).toMatchObject(
      query('#pk = :pk and #sk1 < :sk1', { ':pk': pk, ':sk1': `0000000000007#general#${one}` }, page),
    )
  })

  test('AP112 deleteMentionsIn reads them all', async () => {
    expect(await sentBy('AP112')).toMatchObject(query(ofPartition, { ':pk': pk }))
  })
})

describe('Message', () => {
  test('AP113 setReactions writes them and raises the version, if they are as they were read, and it is not deleted', async () => {
    const deleted = '#kind <> :kind0 AND attribute_not_exists(#reactionsAt)'
    expect(await sentBy('AP113')).toMatchObject(
      only('UpdateItem', {
        Key: MESSAGE,
        UpdateExpression: expect.stringContaining('ADD #version') as string,
        ConditionExpression: `attribute_exists(#pk) AND attribute_exists(#sk) AND ${deleted}`,
      }),
    )
    const seen = { chatRoomId: 'general', messageId: one, reactionsAt: 4 }
    const [sent] = await recorded(() => setReactions(seen, []), answers)
    expect(sent!.input).toMatchObject({
      UpdateExpression: expect.stringMatching(/REMOVE #reactions /) as string,
      ConditionExpression: expect.stringContaining('#reactionsAt = :reactionsAt0') as string,
    })
  })

  test('AP156 setThumbs raises the version, while the message has that file', async () => {
    expect(await sentBy('AP156')).toMatchObject(
      only('UpdateItem', {
        Key: MESSAGE,
        UpdateExpression: expect.stringContaining('ADD #version') as string,
        ConditionExpression:
          'attribute_exists(#pk) AND attribute_exists(#sk) AND #kind = :kind0 AND #fileUrl = :fileUrl0',
      }),
    )
  })

  test('AP118 setThread writes the count if it is as it was read, and no version', async () => {
    const [sent] = await sentBy('AP118')
    expect(sent).toMatchObject({
      operation: 'UpdateItem',
      input: {
        Key: MESSAGE,
        ConditionExpression: expect.stringContaining('attribute_not_exists(#threadAt)') as string,
      },
    })
    expect(JSON.stringify(sent)).not.toContain('Version')
    const seen = { chatRoomId: 'general', messageId: one, threadAt: 4 }
    const [none] = await recorded(() => setThread(seen, undefined), answers)
    expect(none!.input).toMatchObject({
      UpdateExpression: expect.stringContaining('REMOVE #thread') as string,
      ConditionExpression: expect.stringContaining('#threadAt = :threadAt0') as string,
    })
  })
})

describe('followed threads', () => {
  const key = { pk: 'state#ada', sk: `general#${one}` }

  test('AP114 setFollowing says it, whatever was said before', async () => {
    const [sent] = await sentBy('AP114')
    expect(sent).toMatchObject({ operation: 'UpdateItem', input: { Key: key } })
    expect(sent!.input).not.toHaveProperty('ConditionExpression')
  })

  test('AP115 followUnlessSaid says it if nothing was said', async () => {
    expect(await sentBy('AP115')).toMatchObject(
      only('UpdateItem', { Key: key, ConditionExpression: 'attribute_not_exists(#follow)' }),
    )
  })

  test('AP116 followedThreads reads one bounded page of states', async () => {
    expect(await sentBy('AP116')).toMatchObject(query(ofPartition, { ':pk': 'state#ada' }, { Limit: 500 }))
    const after = { chatRoomId: 'general', threadId: one }
    expect(await recorded(() => followedThreads('ada', { after, limit: 20 }))).toMatchObject(
      query('#pk = :pk and #sk1 > :sk1', { ':pk': 'state#ada', ':sk1': key.sk }, { Limit: 500 }),
    )
  })

  test('AP117 forgetThreadsIn reads the threads of the room, without the room itself', async () => {
    expect(await sentBy('AP117')).toMatchObject(
      query(between, { ':pk': 'state#ada', ':sk1': 'general#0', ':sk2': 'general#~' }),
    )
  })
})

test('AP119 getMembers reads up to 100 in one request', async () => {
  const Keys = ['ada', 'bob'].map((userId) => ({ pk: MESSAGE.pk, sk: `$roster#Membership_1#userId_${userId}` }))
  expect(await sentBy('AP119')).toMatchObject([
    { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys, ConsistentRead: true } } } },
  ])
})

describe('what a huge room is still to be told', () => {
  const key = { pk: 'changes#general', sk: 'head' }

  test('AP120 setPending notes the first change, if none is noted', async () => {
    expect(await sentBy('AP120')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        ConditionExpression: expect.stringContaining('attribute_not_exists(#pending)') as string,
      }),
    )
  })

  test('AP121 clearPending takes the note away, if nothing came in between', async () => {
    expect(await sentBy('AP121')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        ConditionExpression: expect.stringContaining('#pending = :pending0 AND #rev = :rev0') as string,
      }),
    )
  })

  test('AP80 getPending reads the head consistently', async () => {
    expect(await sentBy('AP80')).toMatchObject(only('GetItem', { Key: key, ConsistentRead: true }))
  })
})
