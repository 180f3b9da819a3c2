import { describe, expect, test } from 'vitest'
import { getRooms } from '../../src/entities/chat-room.ts'
import { Connection, readyConnectionsOfUser } from '../../src/entities/connection.ts'
import { Membership, getMemberships, roomsOfUser, roomWithMembers } from '../../src/entities/membership.ts'
import { Message, messageIdOf } from '../../src/entities/message.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { subscribe, type SubscriptionRange, subscriptionsOfRoom, unsubscribe } from '../../src/entities/subscription.ts'
import { Upload } from '../../src/entities/upload.ts'
import { recorded } from '../support/recorded.ts'
import { answers } from './pattern-list.ts'
import {
  connection,
  EXPIRES_AT,
  membership,
  NEW_CONNECTION,
  NOW,
  type Pattern,
  patterns,
  subscription,
} from './patterns.ts'

const sentBy = (pattern: Pattern) => recorded(patterns[pattern], answers)

/** One request and nothing else. */
const only = (operation: string, input: Record<string, unknown>) => [
  { operation, input: { TableName: 'tabletalk', ...input } },
]

const entity = (name: string) => ({ __edb_e__: name, __edb_v__: '1' })

const keyNames = { ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' } }
const ifNew = { ConditionExpression: 'attribute_not_exists(#pk) AND attribute_not_exists(#sk)', ...keyNames }
const ifThere = 'attribute_exists(#pk) AND attribute_exists(#sk)'
const withOld = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }

const LX = 'Lx9bcfQkIAMCEAA='
const room = '$tabletalk#chatRoomId_general'
const userIndex = { '#pk': 'gsi1pk', '#sk1': 'gsi1sk' }

/**
 * An ElectroDB update also rewrites the key's attributes and the entity's name, so that an upsert makes a whole item.
 */
const update = (entityName: string, assigned: Record<string, unknown>) => {
  const all = Object.entries({ ...assigned, ...entity(entityName) })
  return {
    names: Object.fromEntries(all.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(all.map(([name, value]) => [`:${name}_u0`, value])),
  }
}

describe('Connection', () => {
  const key = { pk: `$tabletalk#connectionId_${LX}`, sk: '$Connection_1' }

  test('AP1 putConnection puts the connection and its place in the index', async () => {
    expect(await sentBy('AP1')).toEqual(
      only('PutItem', {
        Item: {
          pk: `$tabletalk#connectionId_${NEW_CONNECTION}`,
          sk: '$Connection_1',
          gsi1pk: '$tabletalk#userId_ada',
          gsi1sk: `$Connection_1#connectionId_${NEW_CONNECTION}`,
          ConnectionId: NEW_CONNECTION,
          UserId: 'ada',
          LastConnectedAt: NOW,
          expiresAt: EXPIRES_AT,
          ...entity('Connection'),
        },
      }),
    )
  })

  test('AP2 deleteConnection deletes exactly that connection, unconditionally', async () => {
    expect(await sentBy('AP2')).toEqual(only('DeleteItem', { Key: key }))
  })

  test('AP3 connectionsOfUser asks the index for the connections of the user, and for nothing else of theirs', async () => {
    expect(await sentBy('AP3')).toEqual(
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: userIndex,
        ExpressionAttributeValues: { ':pk': '$tabletalk#userId_ada', ':sk1': '$Connection_1#connectionId_' },
      }),
    )
  })

  test('AP4 setOpenRoom changes a connection that is there, and makes none', async () => {
    const { names, values } = update('Connection', { ConnectionId: LX })
    expect(await sentBy('AP4')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #chatRoomId = :chatRoomId_u0, #readyAt = :readyAt_u0, #ConnectionId = :ConnectionId_u0, ' +
          '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: {
          ...keyNames.ExpressionAttributeNames,
          '#chatRoomId': 'ChatRoomId',
          '#readyAt': 'ReadyAt',
          ...names,
        },
        ExpressionAttributeValues: { ':chatRoomId_u0': 'general', ':readyAt_u0': NOW, ...values },
      }),
    )
  })

  test('AP35 markReady changes a connection that is there, and makes none', async () => {
    const { names, values } = update('Connection', { ConnectionId: LX })
    expect(await sentBy('AP35')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #readyAt = :readyAt_u0, #ConnectionId = :ConnectionId_u0, ' +
          '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#readyAt': 'ReadyAt', ...names },
        ExpressionAttributeValues: { ':readyAt_u0': NOW, ...values },
      }),
    )
  })

  test('AP36 readyConnectionsOfUser asks consistently after those that the index does not show as ready', async () => {
    const itemOf = (row: object) => Connection.put({ ...connection, ...row }).params<{ Item: unknown }>().Item
    const [query, ...gets] = await recorded(() => readyConnectionsOfUser('ada', NOW), {
      Query: { Items: [itemOf({ readyAt: NOW }), itemOf({ connectionId: 'Early=' })] },
    })
    expect(query).toMatchObject({ operation: 'Query', input: { IndexName: 'gsi1' } })
    expect(gets).toEqual([
      ...only('GetItem', {
        Key: { pk: '$tabletalk#connectionId_Early=', sk: '$Connection_1' },
        ConsistentRead: true,
      }),
    ])
  })
})

describe('ChatRoom', () => {
  const key = { pk: room, sk: '$roster#ChatRoom_1' }
  const presented = {
    ExpressionAttributeNames: {
      '#pk': 'pk',
      '#sk': 'sk',
      '#ChatRoomId': 'ChatRoomId',
      '#RoomName': 'RoomName',
      '#HeadSeq': 'HeadSeq',
      '#__edb_e__': '__edb_e__',
      '#__edb_v__': '__edb_v__',
    },
    ProjectionExpression: '#pk, #sk, #ChatRoomId, #RoomName, #HeadSeq, #__edb_e__, #__edb_v__',
  }

  test('AP5 getRoom reads the room consistently', async () => {
    expect(await sentBy('AP5')).toEqual(only('GetItem', { Key: key, ConsistentRead: true, ...presented }))
  })

  test('AP6 getRooms reads up to 100 rooms consistently in one request', async () => {
    const keys = [key, { pk: '$tabletalk#chatRoomId_random', sk: '$roster#ChatRoom_1' }]
    expect(await sentBy('AP6')).toEqual([
      {
        operation: 'BatchGetItem',
        input: { RequestItems: { tabletalk: { Keys: keys, ConsistentRead: true, ...presented } } },
      },
    ])
  })

  test('AP7 nextSeq adds one to a room that is there, outside any transaction', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    expect(await sentBy('AP7')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ADD #headSeq :headSeq_u0',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#headSeq': 'HeadSeq', ...names },
        ExpressionAttributeValues: { ':headSeq_u0': 1, ...values },
        ReturnValues: 'UPDATED_NEW',
      }),
    )
  })

  test('AP37 takeBackSeq lowers the head only while it is that number', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    expect(await sentBy('AP37')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #headSeq = :headSeq_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: `${ifThere} AND #headSeq = :headSeq0`,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#headSeq': 'HeadSeq', ...names },
        ExpressionAttributeValues: { ':headSeq_u0': 0, ':headSeq0': 1, ...values },
      }),
    )
  })

  const founder = (userId: string, row: Record<string, unknown>, of = 'new') => ({
    pk: `$tabletalk#chatRoomId_${of}`,
    sk: `$roster#Membership_1#userId_${userId}`,
    gsi1pk: `$tabletalk#userId_${userId}`,
    gsi1sk: `$Membership_1#chatRoomId_${of}`,
    ChatRoomId: of,
    UserId: userId,
    Role: 'member',
    JoinedAt: NOW,
    JoinId: expect.any(String) as string,
    JoinedSeq: 0,
    Founding: true,
    ...row,
    ...entity('Membership'),
  })

  test('AP32 createRoom puts the room, its members and the first subscription in one transaction, if it is new', async () => {
    const put = (Item: Record<string, unknown>) => ({ Put: { TableName: 'tabletalk', Item, ...ifNew } })
    expect(await sentBy('AP32')).toEqual([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            put({
              pk: '$tabletalk#chatRoomId_new',
              sk: '$roster#ChatRoom_1',
              ChatRoomId: 'new',
              RoomName: 'New',
              HeadSeq: 0,
              CreatedBy: 'ada',
              CreatedAt: NOW,
              ...entity('ChatRoom'),
            }),
            {
              Put: {
                TableName: 'tabletalk',
                Item: expect.objectContaining({
                  pk: 'subscriptions#new',
                  ConnectionId: LX,
                  UserId: 'ada',
                  expiresAt: EXPIRES_AT,
                }) as object,
              },
            },
            put(founder('ada', { Role: 'owner', OriginConnectionId: LX })),
            put(founder('bob', {})),
          ],
        },
      },
    ])
  })

  test('AP33 completeRoom adds the rest only while the room is marked as pending', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'large' })
    expect(await sentBy('AP33')).toEqual([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            {
              Update: {
                TableName: 'tabletalk',
                Key: { pk: '$tabletalk#chatRoomId_large', sk: '$roster#ChatRoom_1' },
                UpdateExpression:
                  'SET #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ' +
                  'REMOVE #setup, #pendingMembers',
                ConditionExpression: `${ifThere} AND attribute_exists(#setup)`,
                ExpressionAttributeNames: {
                  ...keyNames.ExpressionAttributeNames,
                  '#setup': 'Setup',
                  '#pendingMembers': 'PendingMembers',
                  ...names,
                },
                ExpressionAttributeValues: values,
              },
            },
            { Put: { TableName: 'tabletalk', Item: founder('zoe', {}, 'large') } },
          ],
        },
      },
    ])
  })
})

describe('Membership', () => {
  const key = { pk: room, sk: '$roster#Membership_1#userId_ada' }

  test('AP8 getMembership reads one membership consistently', async () => {
    expect(await sentBy('AP8')).toEqual(only('GetItem', { Key: key, ConsistentRead: true }))
  })

  test('AP9 getMemberships reads up to 100 memberships consistently in one request', async () => {
    const keys = [key, { ...key, pk: '$tabletalk#chatRoomId_random' }]
    expect(await sentBy('AP9')).toEqual([
      { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys: keys, ConsistentRead: true } } } },
    ])
  })

  test('AP10 addMember puts the membership only when there is none', async () => {
    expect(await sentBy('AP10')).toEqual(
      only('PutItem', {
        Item: {
          pk: room,
          sk: '$roster#Membership_1#userId_bob',
          gsi1pk: '$tabletalk#userId_bob',
          gsi1sk: '$Membership_1#chatRoomId_general',
          ChatRoomId: 'general',
          UserId: 'bob',
          Role: 'member',
          JoinedAt: NOW,
          JoinId: 'j1',
          JoinedSeq: 0,
          ...entity('Membership'),
        },
        ...ifNew,
      }),
    )
  })

  test('AP11 removeMember deletes the membership only when there is one, and answers with it', async () => {
    expect(await sentBy('AP11')).toEqual(
      only('DeleteItem', { Key: key, ConditionExpression: ifThere, ...keyNames, ReturnValues: 'ALL_OLD' }),
    )
  })

  test('AP12 roomsOfUser asks the index for the memberships of the user, one more than the page', async () => {
    expect(await sentBy('AP12')).toEqual(
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: userIndex,
        ExpressionAttributeValues: { ':pk': '$tabletalk#userId_ada', ':sk1': '$Membership_1#chatRoomId_' },
        Limit: 51,
      }),
    )
  })

  test('AP12 roomsOfUser pages on with an upper bound, so that it stays among the memberships', async () => {
    expect(await recorded(() => roomsOfUser('ada', { after: 'general', limit: 50 }))).toEqual(
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: userIndex,
        ExpressionAttributeValues: {
          ':pk': '$tabletalk#userId_ada',
          ':sk1': '$Membership_1#chatRoomId_general\u0000',
          ':sk2': '$Membership_1#chatRoomId_~',
        },
        Limit: 51,
      }),
    )
  })

  test('AP13 roomWithMembers reads the room and its members in one consistent query of the roster', async () => {
    expect(await sentBy('AP13')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        FilterExpression:
          '((#__edb_e__ = :__edb_e___ChatRoom_c0 AND #__edb_v__ = :__edb_v___ChatRoom_c0) OR ' +
          '(#__edb_e__ = :__edb_e___Membership_c0 AND #__edb_v__ = :__edb_v___Membership_c0))',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk', '#__edb_e__': '__edb_e__', '#__edb_v__': '__edb_v__' },
        ExpressionAttributeValues: {
          ':pk': room,
          ':sk1': '$roster',
          ':__edb_e___ChatRoom_c0': 'ChatRoom',
          ':__edb_v___ChatRoom_c0': '1',
          ':__edb_e___Membership_c0': 'Membership',
          ':__edb_v___Membership_c0': '1',
        },
        ConsistentRead: true,
        Limit: 1_002,
      }),
    )
  })

  test('AP13 roomWithMembers pages on among the members only', async () => {
    const [get, query] = await recorded(() => roomWithMembers('general', { after: 'ada', limit: 1_000 }))
    expect(get).toMatchObject({ operation: 'GetItem', input: { ConsistentRead: true } })
    expect(query!.input).toMatchObject({
      KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
      ExpressionAttributeValues: {
        ':pk': room,
        ':sk1': '$roster#Membership_1#userId_ada\u0000',
        ':sk2': '$roster#Membership_1#userId_\u{10ffff}',
      },
      ConsistentRead: true,
      Limit: 1_001,
    })
  })
})

describe('Subscription', () => {
  const key = { pk: 'subscriptions#general', sk: `49#${LX}` }

  test('AP14 subscribe puts the subscription in the partition of its room, by the hash of its connection', async () => {
    expect(await sentBy('AP14')).toEqual(
      only('PutItem', {
        Item: {
          pk: 'subscriptions#general',
          sk: expect.stringMatching(/^[0-9a-f]{2}#Mx9bcfQkIAMCEAA=$/) as string,
          gsi1pk: `connection#${NEW_CONNECTION}`,
          gsi1sk: 'general',
          ChatRoomId: 'general',
          ConnectionId: NEW_CONNECTION,
          Hash: expect.stringMatching(/^[0-9a-f]{2}$/) as string,
          UserId: 'ada',
          JoinId: 'j1',
          expiresAt: EXPIRES_AT,
          ...entity('Subscription'),
        },
      }),
    )
  })

  test('AP14 subscribe writes several in batches of 25', async () => {
    const many = Array.from({ length: 26 }, (_, i) => ({ ...subscription, chatRoomId: `room${i}` }))
    const sent = await recorded(() => subscribe(many), { BatchWriteItem: { UnprocessedItems: {} } })
    expect(sent.map(({ operation }) => operation)).toEqual(['BatchWriteItem', 'BatchWriteItem'])
    const sizes = sent.map(({ input }) => (input.RequestItems as { tabletalk: unknown[] }).tabletalk.length)
    expect(sizes).toEqual([25, 1])
  })

  test('AP15 unsubscribe deletes exactly that subscription, unconditionally', async () => {
    expect(await sentBy('AP15')).toEqual(only('DeleteItem', { Key: key }))
  })

  test('AP15 unsubscribe with a joinId deletes only what stands on that membership', async () => {
    expect(await recorded(() => unsubscribe(subscription, 'j1'))).toEqual(
      only('DeleteItem', {
        Key: key,
        ConditionExpression: '#joinId = :joinId0',
        ExpressionAttributeNames: { '#joinId': 'JoinId' },
        ExpressionAttributeValues: { ':joinId0': 'j1' },
      }),
    )
  })

  test('AP16 subscriptionsOfRoom reads the whole partition of the room consistently, a page at a time', async () => {
    const page = {
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':pk': 'subscriptions#general' },
      ConsistentRead: true,
    }
    expect(await sentBy('AP16')).toEqual(only('Query', page))

    let rest: SubscriptionRange | undefined
    const Items = [{ ...key, ...entity('Subscription'), Hash: '49', ConnectionId: LX, ChatRoomId: 'general' }]
    await recorded(
      async () => {
        rest = (await subscriptionsOfRoom('general', NOW)).rest
      },
      { Query: { Items, LastEvaluatedKey: key } },
    )
    expect(await recorded(() => subscriptionsOfRoom('general', NOW, rest))).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'subscriptions#general', ':sk1': key.sk, ':sk2': 'ff#~' },
        ConsistentRead: true,
      }),
    )
  })

  test('AP17 subscriptionsOfConnection asks the index by connection', async () => {
    expect(await sentBy('AP17')).toEqual(
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': 'gsi1pk' },
        ExpressionAttributeValues: { ':pk': `connection#${LX}` },
      }),
    )
  })
})

test('AP18 setTyping writes only a change or a repeat after 3 s, and reads the old one from the refusal', async () => {
  expect(await sentBy('AP18')).toEqual(
    only('PutItem', {
      Item: {
        pk: 'typing#general',
        sk: 'ada',
        ChatRoomId: 'general',
        UserId: 'ada',
        IsTyping: true,
        ToldAt: NOW,
        Until: NOW + 8_000,
        expiresAt: NOW / 1_000 + 8,
        ...entity('Typing'),
      },
      ConditionExpression: 'attribute_not_exists(#toldAt) OR #isTyping <> :isTyping0 OR #toldAt <= :toldAt0',
      ExpressionAttributeNames: { '#toldAt': 'ToldAt', '#isTyping': 'IsTyping' },
      ExpressionAttributeValues: { ':isTyping0': true, ':toldAt0': NOW - 3_000 },
      ...withOld,
    }),
  )
})

const messageItem = (messageId: string, row: Record<string, unknown> = {}) => ({
  pk: room,
  sk: `$Message_1#messageId_${messageId}`,
  ChatRoomId: 'general',
  MessageId: messageId,
  Kind: 'text',
  SenderId: 'ada',
  Content: 'hello',
  Timestamp: NOW,
  ...row,
  ...entity('Message'),
})

const guardItem = (clientMessageId: string, messageId: string) => ({
  pk: `$tabletalk#chatRoomId_general#senderId_ada#clientMessageId_${clientMessageId}`,
  sk: '$SendGuard_1',
  ChatRoomId: 'general',
  SenderId: 'ada',
  ClientMessageId: clientMessageId,
  MessageId: messageId,
  Timestamp: NOW,
  ContentHash: expect.stringMatching(/^[\w-]{43}$/) as string,
  ...entity('SendGuard'),
})

describe('Message', () => {
  test('AP19 putMessage takes a place that is free, and reads who has it from the refusal', async () => {
    expect(await sentBy('AP19')).toEqual(
      only('PutItem', { Item: messageItem('0000000000000002'), ...ifNew, ...withOld }),
    )
  })

  test('AP20 sealHole takes a place that is free, for nothing', async () => {
    const Item = messageItem('0000000000000003', { Kind: 'hole', SenderId: '', Content: '' })
    expect(await sentBy('AP20')).toEqual(only('PutItem', { Item, ...ifNew, ...withOld }))
  })

  test('AP21 getMessage reads one message consistently', async () => {
    const Key = { pk: room, sk: '$Message_1#messageId_0000000000000001' }
    expect(await sentBy('AP21')).toEqual(only('GetItem', { Key, ConsistentRead: true }))
  })

  test('AP22 messagesBetween reads a bounded range of places consistently', async () => {
    expect(await sentBy('AP22')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: {
          ':pk': room,
          ':sk1': '$Message_1#messageId_0000000000000001',
          ':sk2': '$Message_1#messageId_0000000000000050',
        },
        ConsistentRead: true,
        ScanIndexForward: true,
        Limit: 51,
      }),
    )
  })

  test('AP34 getMessages reads up to 100 messages consistently in one request', async () => {
    const Keys = ['0000000000000001', '0000000000000002'].map((id) => ({ pk: room, sk: `$Message_1#messageId_${id}` }))
    expect(await sentBy('AP34')).toEqual([
      { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys, ConsistentRead: true } } } },
    ])
  })
})

describe('SendGuard', () => {
  test('AP23 getGuard reads one guard consistently', async () => {
    const Key = { pk: '$tabletalk#chatRoomId_general#senderId_ada#clientMessageId_c1', sk: '$SendGuard_1' }
    expect(await sentBy('AP23')).toEqual(only('GetItem', { Key, ConsistentRead: true }))
  })

  test('AP24 putGuardedMessage puts message and guard in one transaction, each only when new', async () => {
    const put = (Item: Record<string, unknown>) => ({ Put: { TableName: 'tabletalk', Item, ...ifNew, ...withOld } })
    expect(await sentBy('AP24')).toEqual([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            put(messageItem('0000000000000004', { ClientMessageId: 'c2' })),
            put(guardItem('c2', '0000000000000004')),
          ],
        },
      },
    ])
  })
})

test('AP25 countSend counts in a window while it is below the limit', async () => {
  const { names, values } = update('RateWindow', { expiresAt: NOW / 1_000 + 10, UserId: 'ada', StartsAt: NOW })
  expect(await sentBy('AP25')).toEqual(
    only('UpdateItem', {
      Key: { pk: 'rate#ada', sk: 'window#1800000000000' },
      UpdateExpression:
        'SET #expiresAt = :expiresAt_u0, #UserId = :UserId_u0, #StartsAt = :StartsAt_u0, ' +
        '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ADD #sends :sends_u0',
      ConditionExpression: 'attribute_not_exists(#sends) OR #sends < :sends0',
      ExpressionAttributeNames: { '#sends': 'Sends', ...names },
      ExpressionAttributeValues: { ':sends0': 20, ':sends_u0': 1, ...values },
    }),
  )
})

describe('Upload', () => {
  const key = (uploadId: string) => ({ pk: `$tabletalk#uploadId_${uploadId}`, sk: '$Upload_1' })

  test('AP26 startUpload puts the upload only when it is new, and reads the old one from the refusal', async () => {
    expect(await sentBy('AP26')).toEqual(
      only('PutItem', {
        Item: {
          ...key('u2'),
          UploadId: 'u2',
          ChatRoomId: 'general',
          UploaderId: 'ada',
          ObjectKey: 'rooms/general/u1/0f',
          FileName: 'plan.pdf',
          ContentType: 'application/pdf',
          Size: 1_000,
          Caption: '',
          ClientMessageId: 'c3',
          Status: 'pending',
          expiresAt: EXPIRES_AT,
          ...entity('Upload'),
        },
        ...ifNew,
        ...withOld,
      }),
    )
  })

  test('AP27 getUpload reads one upload consistently', async () => {
    expect(await sentBy('AP27')).toEqual(only('GetItem', { Key: key('u1'), ConsistentRead: true }))
  })

  test('AP28 completeUpload ends a pending upload and puts message and guard, all or none', async () => {
    const [sent, ...others] = await sentBy('AP28')
    const [end, message, guard] = sent!.input.TransactItems as Record<string, Record<string, unknown>>[]
    expect(others).toEqual([])
    expect(end!.Update).toMatchObject({
      Key: key('u1'),
      ConditionExpression: `${ifThere} AND #status = :status0`,
      UpdateExpression: expect.stringMatching(/^SET .*#status = :status_u0.* REMOVE #expiresAt$/) as string,
    })
    expect(end!.Update!.ExpressionAttributeValues).toMatchObject({ ':status0': 'pending', ':status_u0': 'completed' })
    expect(message!.Put).toEqual({
      TableName: 'tabletalk',
      Item: messageItem('0000000000000005', { Kind: 'file' }),
      ...ifNew,
    })
    expect(guard!.Put).toEqual({ TableName: 'tabletalk', Item: guardItem('c3', '0000000000000005'), ...ifNew })
  })

  test('AP29 rejectUpload ends an upload only while it is pending', async () => {
    const [sent, ...others] = await sentBy('AP29')
    expect(others).toEqual([])
    expect(sent).toMatchObject({
      operation: 'UpdateItem',
      input: { Key: key('u1'), ConditionExpression: `${ifThere} AND #status = :status0` },
    })
    expect(sent!.input.ExpressionAttributeValues).toMatchObject({
      ':status0': 'pending',
      ':status_u0': 'rejected',
      ':reason_u0': 'size_mismatch',
    })
  })

  test('AP30 closeUpload marks an upload that is there, and makes none', async () => {
    const [sent, ...others] = await sentBy('AP30')
    expect(others).toEqual([])
    expect(sent).toMatchObject({
      operation: 'UpdateItem',
      input: { Key: key('u1'), ConditionExpression: ifThere },
    })
    expect(sent!.input.ExpressionAttributeValues).toMatchObject({ ':closed_u0': true })
  })
})

test('AP31 putTasks puts tasks under an id made of what they say, so that the same ones again are the same items', async () => {
  const [sent, ...others] = await sentBy('AP31')
  expect(others).toEqual([])
  const taskId = expect.stringMatching(/^[\w-]{43}$/) as string
  expect(sent).toEqual({
    operation: 'BatchWriteItem',
    input: {
      RequestItems: {
        tabletalk: [
          {
            PutRequest: {
              Item: {
                pk: expect.stringMatching(/^task#[\w-]{43}$/) as string,
                sk: 'task',
                TaskId: taskId,
                ChatRoomId: 'general',
                After: '3f#~',
                Through: '7f',
                Deliveries: '[]',
                expiresAt: NOW / 1_000 + 86_400,
                ...entity('FanOutTask'),
              },
            },
          },
        ],
      },
    },
  })
  expect(await sentBy('AP31')).toEqual([sent])
})

/** ElectroDB's parameters for the operation as one would write it from its documentation. */
const plain: [Pattern, Record<string, unknown>][] = [
  ['AP1', Connection.put({ ...connection, connectionId: NEW_CONNECTION }).params()],
  ['AP2', Connection.delete({ connectionId: LX }).params()],
  ['AP3', Connection.query.byUser({ userId: 'ada' }).params()],
  ['AP8', Membership.get({ chatRoomId: 'general', userId: 'ada' }).params({ consistent: true })],
  ['AP10', Membership.create({ ...membership, userId: 'bob' }).params()],
  ['AP21', Message.get({ chatRoomId: 'general', messageId: messageIdOf(1) }).params({ consistent: true })],
  [
    'AP23',
    SendGuard.get({ chatRoomId: 'general', senderId: 'ada', clientMessageId: 'c1' }).params({ consistent: true }),
  ],
  ['AP27', Upload.get({ uploadId: 'u1' }).params({ consistent: true })],
]

test.each(plain)("%s sends ElectroDB's own parameters and no more", async (pattern, params) => {
  expect((await sentBy(pattern)).map(({ input }) => input)).toEqual([params])
})

test.each([
  ['getRooms', () => getRooms(['general', 'random'])],
  ['getMemberships', () => getMemberships('ada', ['general', 'random'])],
])('%s asks again for what a throttled DynamoDB hands back', async (_name, ask) => {
  const [first] = await recorded(ask)
  const { Keys } = (first!.input.RequestItems as { tabletalk: { Keys: { pk: string }[] } }).tabletalk
  let answered = 0
  const sent = await recorded(ask, {
    BatchGetItem: () =>
      ++answered === 1
        ? { Responses: { tabletalk: [] }, UnprocessedKeys: { tabletalk: { Keys: [Keys[1]], ConsistentRead: true } } }
        : { Responses: { tabletalk: [] }, UnprocessedKeys: {} },
  })
  expect(sent.map(({ input }) => input.RequestItems)).toMatchObject([
    { tabletalk: { Keys } },
    { tabletalk: { Keys: [Keys[1]], ConsistentRead: true } },
  ])
})

test('every read of the table itself is consistent, and nothing scans', async () => {
  const reads = /^(GetItem|BatchGetItem|Query|Scan)$/
  for (const pattern of Object.keys(patterns) as Pattern[]) {
    for (const { operation, input } of await sentBy(pattern)) {
      if (!reads.test(operation) || input.IndexName !== undefined) continue
      const [batch] = Object.values(input.RequestItems ?? {}) as Record<string, unknown>[]
      expect([pattern, operation, (batch ?? input).ConsistentRead]).toEqual([
        pattern,
        expect.not.stringMatching('Scan'),
        true,
      ])
    }
  }
})
