import { describe, expect, test } from 'vitest'
import { auditOf } from '../../src/entities/audit.ts'
import { bansOfRoom } from '../../src/entities/ban.ts'
import { blockedBy } from '../../src/entities/block.ts'
import { appendChanges } from '../../src/entities/change.ts'
import { changeRoom } from '../../src/entities/change-room.ts'
import { publicRooms } from '../../src/entities/chat-room-details.ts'
import { getRooms, nextSeq } from '../../src/entities/chat-room.ts'
import { completeRoom, createRoom } from '../../src/entities/create-room.ts'
import { Connection } from '../../src/entities/connection.ts'
import { invitesOfRoom } from '../../src/entities/invite.ts'
import {
  addMember,
  getMemberships,
  Membership,
  membersAfter,
  removeMember,
  roomWithMembers,
} from '../../src/entities/membership.ts'
import { eraseMessage, Message, messageIdOf } from '../../src/entities/message.ts'
import { changeBan, changeMember, setDirectRoles } from '../../src/entities/moderate.ts'
import { claimSend, SendGuard } from '../../src/entities/send-guard.ts'
import { raiseClass } from '../../src/entities/room-class.ts'
import { moveMarker } from '../../src/entities/room-state.ts'
import {
  placeOf,
  subscribe,
  type SubscriptionRange,
  subscriptionsOfRoom,
  unsubscribe,
} from '../../src/entities/subscription.ts'
import { AFTER_USER_IDS } from '../../src/entities/table.ts'
import { Upload } from '../../src/entities/upload.ts'
import { bannedAmong, getProfiles, noteAdmin, setBlocked } from '../../src/entities/user.ts'
import { connectionsOfUser } from '../../src/entities/user-connection.ts'
import { roomsOfUser } from '../../src/entities/user-room.ts'
import { countPage } from '../../src/entities/room-size.ts'
import { recorded } from '../support/recorded.ts'
import { answers } from './pattern-list.ts'
import {
  audit,
  ban,
  claim,
  EXPIRES_AT,
  invite,
  membership,
  NEW_CONNECTION,
  NOW,
  type Pattern,
  patterns,
  session,
  subscription,
} from './patterns.ts'

const sentBy = (pattern: Pattern) => recorded(patterns[pattern], answers)

/** Exactly one request, with this input. */
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

/** Sorts after every name. */
const LAST = '\u{10ffff}'

/** A page of the users in a partition of their own. */
const pageOfUsers = (partition: string, first: string) =>
  only('Query', {
    KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
    ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
    ExpressionAttributeValues: { ':pk': partition, ':sk1': `user#${first}`, ':sk2': `user#${AFTER_USER_IDS}` },
    ConsistentRead: true,
    Limit: 101,
  })

const auditItem = {
  pk: 'audit#general',
  sk: `entry#${NOW}-AAAAAAAA`,
  ChatRoomId: 'general',
  EntryId: `${NOW}-AAAAAAAA`,
  At: NOW,
  By: 'eve',
  Action: 'settings',
  expiresAt: EXPIRES_AT,
  ...entity('Audit'),
}

const banItem = (userId: string) => ({
  pk: 'ban#general',
  sk: `user#${userId}`,
  ChatRoomId: 'general',
  UserId: userId,
  By: 'eve',
  At: NOW,
  ...entity('Ban'),
})

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

  test('AP1 putConnection puts the connection, in no index, and among the user’s own', async () => {
    expect(await sentBy('AP1')).toEqual([
      ...only('PutItem', {
        Item: {
          pk: 'user#ada',
          sk: `connection#${NEW_CONNECTION}`,
          expiresAt: EXPIRES_AT,
          ...entity('UserConnection'),
        },
      }),
      ...only('PutItem', {
        Item: {
          pk: `$tabletalk#connectionId_${NEW_CONNECTION}`,
          sk: '$Connection_1',
          ConnectionId: NEW_CONNECTION,
          UserId: 'ada',
          LastConnectedAt: NOW,
          expiresAt: EXPIRES_AT,
          ...entity('Connection'),
        },
      }),
    ])
  })

  test('AP2 deleteConnection deletes exactly that connection, unconditionally', async () => {
    expect(await sentBy('AP2')).toEqual(only('DeleteItem', { Key: key }))
  })

  test('AP4 setOpenRoom changes a connection that is there, and makes none', async () => {
    const { names, values } = update('Connection', { ConnectionId: LX })
    expect(await sentBy('AP4')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #chatRoomId = :chatRoomId_u0, #ConnectionId = :ConnectionId_u0, ' +
          '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: {
          ...keyNames.ExpressionAttributeNames,
          '#chatRoomId': 'ChatRoomId',
          ...names,
        },
        ExpressionAttributeValues: { ':chatRoomId_u0': 'general', ...values },
      }),
    )
  })

  test('AP35 keepSessionKey changes a connection that has no other session, and makes none', async () => {
    const { names, values } = update('Connection', { ConnectionId: LX })
    expect(await sentBy('AP35')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #sessionKey = :sessionKey_u0, #ConnectionId = :ConnectionId_u0, ' +
          '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: `${ifThere} AND attribute_not_exists(#sessionKey) OR #sessionKey = :sessionKey0`,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#sessionKey': 'SessionKey', ...names },
        ExpressionAttributeValues: { ':sessionKey_u0': 'tab-1', ':sessionKey0': 'tab-1', ...values },
        ...withOld,
      }),
    )
  })

  test('AP48 clearSessionKey takes it from a connection that is there', async () => {
    const { names, values } = update('Connection', { ConnectionId: LX })
    expect(await sentBy('AP48')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #ConnectionId = :ConnectionId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ' +
          'REMOVE #sessionKey',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#sessionKey': 'SessionKey', ...names },
        ExpressionAttributeValues: values,
      }),
    )
  })

  test('AP38 getConnection reads one connection consistently', async () => {
    expect(await sentBy('AP38')).toEqual(only('GetItem', { Key: key, ConsistentRead: true }))
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
      '#HeadRev': 'HeadRev',
      '#FirstSeq': 'FirstSeq',
      '#CreatedBy': 'CreatedBy',
      '#CreatedAt': 'CreatedAt',
      '#Access': 'Access',
      '#Gate': 'Gate',
      '#HistoryFrom': 'HistoryFrom',
      '#RetentionDays': 'RetentionDays',
      '#RetentionByServer': 'RetentionByServer',
      '#Counted': 'Counted',
      '#Size': 'Size',
      '#PendingMembers': 'PendingMembers',
      '#__edb_e__': '__edb_e__',
      '#__edb_v__': '__edb_v__',
    },
    ProjectionExpression:
      '#pk, #sk, #ChatRoomId, #RoomName, #HeadSeq, #HeadRev, #FirstSeq, #CreatedBy, #CreatedAt, #Access, #Gate, ' +
      '#HistoryFrom, #RetentionDays, #RetentionByServer, ' +
      '#Counted, #Size, #PendingMembers, #__edb_e__, #__edb_v__',
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

  const draw = (condition: string, value: Record<string, string> = {}) => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    return only('UpdateItem', {
      Key: key,
      UpdateExpression:
        'SET #lastAt = :lastAt_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, ' +
        '#__edb_v__ = :__edb_v___u0 ADD #headSeq :headSeq_u0',
      ConditionExpression: `${ifThere} AND ${condition}`,
      ExpressionAttributeNames: {
        ...keyNames.ExpressionAttributeNames,
        '#gate': 'Gate',
        '#headSeq': 'HeadSeq',
        '#lastAt': 'LastAt',
        ...names,
      },
      ExpressionAttributeValues: { ':headSeq_u0': 1, ':lastAt_u0': NOW, ...value, ...values },
      ReturnValues: 'ALL_OLD',
      ...withOld,
    })
  }

  test('AP7 nextSeq adds one to a room without a gate and notes the time, outside any transaction', async () => {
    expect(await sentBy('AP7')).toEqual(draw('attribute_not_exists(#gate)'))
  })

  test('AP7 nextSeq passes the one gate that the sender may pass', async () => {
    expect(await recorded(() => nextSeq('general', NOW, 'm,s30'), answers)).toEqual(
      draw('#gate = :gate0', { ':gate0': 'm,s30' }),
    )
  })

  const raise = (size: string, condition: string, value: Record<string, string> = {}) => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    return only('UpdateItem', {
      Key: key,
      UpdateExpression:
        'SET #size = :size_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
      ConditionExpression: `${ifThere} AND ${condition}`,
      ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#size': 'Size', ...names },
      ExpressionAttributeValues: { ':size_u0': size, ...value, ...values },
    })
  }

  test('AP97 raiseClass makes a room that is there larger, and never smaller', async () => {
    expect(await sentBy('AP97')).toEqual(raise('m', 'attribute_not_exists(#size)'))
    expect(await recorded(() => raiseClass('general', 'huge'))).toEqual(
      raise('h', '(attribute_not_exists(#size) OR #size = :size0)', { ':size0': 'm' }),
    )
  })

  test('AP37 takeBackSeq lowers the head only while it is that number', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    expect(await sentBy('AP37')).toEqual(
      only('UpdateItem', {
        Key: key,
        UpdateExpression:
          'SET #headSeq = :headSeq_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: `${ifThere} AND #headSeq = :headSeq0 AND (attribute_not_exists(#firstSeq) OR #firstSeq <= :firstSeq0)`,
        ExpressionAttributeNames: {
          ...keyNames.ExpressionAttributeNames,
          '#headSeq': 'HeadSeq',
          '#firstSeq': 'FirstSeq',
          ...names,
        },
        ExpressionAttributeValues: { ':headSeq_u0': 0, ':headSeq0': 1, ':firstSeq0': 1, ...values },
      }),
    )
  })

  const mirror = (userId: string, of: string, role = 'member') => ({
    pk: `user#${userId}`,
    sk: `room#${of}`,
    JoinId: expect.any(String) as string,
    Role: role,
    JoinedSeq: 0,
    ...entity('UserRoom'),
  })

  const firstMember = (userId: string, row: Record<string, unknown>, of = 'new') => ({
    pk: `$tabletalk#chatRoomId_${of}`,
    sk: `$roster#Membership_1#userId_${userId}`,
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

  test('AP40 isPending reads one attribute of the room consistently', async () => {
    const [sent, ...others] = await sentBy('AP40')
    expect(others).toEqual([])
    expect(sent).toMatchObject({ operation: 'GetItem', input: { Key: key, ConsistentRead: true } })
  })

  test('AP32 createRoom puts the room, its members with their mirrors and the first subscription in one transaction, if it is new', async () => {
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
            put(firstMember('ada', { Role: 'owner', OriginConnectionId: LX })),
            { Put: { TableName: 'tabletalk', Item: { ...mirror('ada', 'new', 'owner'), Own: true } } },
            put(firstMember('bob', {})),
            { Put: { TableName: 'tabletalk', Item: mirror('bob', 'new') } },
          ],
        },
      },
    ])
  })

  test('AP33 completeRoom puts each member after its mirror, if they are new, and ends the pending mark', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'large' })
    expect(await sentBy('AP33')).toEqual([
      ...only('PutItem', { Item: mirror('zoe', 'large'), ...ifNew }),
      ...only('PutItem', { Item: firstMember('zoe', {}, 'large'), ...ifNew }),
      ...only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'subscriptions#large', ':sk1': '!' },
        ConsistentRead: true,
      }),
      ...only('UpdateItem', {
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
      }),
    ])
  })

  test('AP71 addPendingMember puts the row that completeRoom puts, unless that membership has ended', async () => {
    const [sent, ...others] = await sentBy('AP71')
    expect(others).toEqual([])
    const row = firstMember('yan', {}, 'large')
    const [membership] = sent!.input.TransactItems as [{ Put: { Item: { JoinId: string } } }]
    const { JoinId } = membership.Put.Item
    expect(sent!.input.TransactItems).toEqual([
      { Put: { TableName: 'tabletalk', Item: row, ...ifNew } },
      {
        ConditionCheck: {
          TableName: 'tabletalk',
          Key: { pk: 'subscriptions#large', sk: `!${JoinId}` },
          ConditionExpression: 'attribute_not_exists(#joinId)',
          ExpressionAttributeNames: { '#joinId': 'JoinId' },
        },
      },
      { Put: { TableName: 'tabletalk', Item: mirror('yan', 'large') } },
    ])
    const completed = await recorded(() => completeRoom({ chatRoomId: 'large', createdAt: NOW }, ['yan']), answers)
    expect(completed[1]!.input.Item).toEqual({ ...row, JoinId })
  })

  test('AP33 completeRoom gives a member the same row each time', async () => {
    const rows = async () => (await sentBy('AP33')).map(({ input }) => input.Item)
    expect(await rows()).toEqual(await rows())
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

  const mirrorOf = (userId: string) => ({ pk: `user#${userId}`, sk: 'room#general' })
  const isThatOne = {
    ConditionExpression: '#joinId = :joinId0',
    ExpressionAttributeNames: { '#joinId': 'JoinId' },
    ExpressionAttributeValues: { ':joinId0': 'j1' },
  }
  const transaction = (...TransactItems: object[]) => [{ operation: 'TransactWriteItems', input: { TransactItems } }]
  const putMirror = (userId: string, more: Record<string, unknown> = {}) => ({
    Put: {
      TableName: 'tabletalk',
      Item: { ...mirrorOf(userId), JoinId: 'j1', Role: 'member', JoinedSeq: 0, ...more, ...entity('UserRoom') },
    },
  })

  const subscriptionOf = (row: Record<string, unknown>) => ({
    Put: {
      TableName: 'tabletalk',
      Item: { pk: 'subscriptions#general', JoinId: 'j1', ...row, ...entity('Subscription') },
    },
  })

  const membershipItem = (userId: string) => ({
    pk: room,
    sk: `$roster#Membership_1#userId_${userId}`,
    ChatRoomId: 'general',
    UserId: userId,
    Role: 'member',
    JoinedAt: NOW,
    JoinId: 'j1',
    JoinedSeq: 0,
    ...entity('Membership'),
  })

  const noRow = { ConditionExpression: 'attribute_not_exists(#at)', ExpressionAttributeNames: { '#at': 'At' } }
  const noBan = (userId: string) => ({
    ConditionCheck: {
      TableName: 'tabletalk',
      Key: { pk: 'ban#general', sk: `user#${userId}` },
      ...noRow,
    },
  })

  const notBlocked = (a: string, b: string) =>
    [
      { Key: { pk: `block#${a}`, sk: `user#${b}` }, ...noRow },
      { Key: { pk: `block#${b}`, sk: `user#${a}` }, ...noRow },
    ].map((check) => ({ ConditionCheck: { TableName: 'tabletalk', ...check } }))

  test('AP32 createRoom makes the direct room of two only if neither has blocked the other', async () => {
    const [sent] = await recorded(() =>
      createRoom({
        chatRoomId: 'dm:ab',
        roomName: 'Ada, Bob',
        createdBy: 'ada',
        createdAt: 1,
        members: ['ada', 'bob'],
      }),
    )
    expect((sent!.input.TransactItems as object[]).slice(-2)).toEqual(notBlocked('ada', 'bob'))
  })

  test('AP10 addMember puts the membership only when there is none and no ban, its mirror and a subscription with it', async () => {
    expect(await sentBy('AP10')).toEqual(
      transaction(
        { Put: { TableName: 'tabletalk', Item: membershipItem('bob'), ...ifNew } },
        noBan('bob'),
        putMirror('bob'),
        subscriptionOf({ sk: '9c#Y_5LUnCs_F0uV90GjsoCit', ConnectionId: LX, UserId: 'bob', expiresAt: EXPIRES_AT }),
      ),
    )
  })

  test('AP10 addMember uses an invite once, if it is good, and asks for blocks and no ban in a direct room', async () => {
    const [withInvite] = await recorded(() => addMember(membership, { invite: invite.invite }))
    const { names, values } = update('Invite', { Invite: invite.invite })
    expect(withInvite!.input.TransactItems).toEqual([
      { Put: { TableName: 'tabletalk', Item: membershipItem('ada'), ...ifNew } },
      noBan('ada'),
      putMirror('ada'),
      {
        Update: {
          TableName: 'tabletalk',
          Key: { pk: `invite#${invite.invite}`, sk: 'invite' },
          UpdateExpression:
            'SET #Invite = :Invite_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ADD #uses :uses_u0',
          ConditionExpression: `${ifThere} AND #until > :until0 AND (attribute_not_exists(#maxUses) OR #uses < #maxUses)`,
          ExpressionAttributeNames: {
            ...keyNames.ExpressionAttributeNames,
            '#until': 'Until',
            '#maxUses': 'MaxUses',
            '#uses': 'Uses',
            ...names,
          },
          ExpressionAttributeValues: { ':until0': NOW, ':uses_u0': 1, ...values },
        },
      },
    ])
    const [direct] = await recorded(() => addMember(membership, { pair: ['ada', 'bob'] }))
    expect(direct!.input.TransactItems).toEqual([
      { Put: { TableName: 'tabletalk', Item: membershipItem('ada'), ...ifNew } },
      ...notBlocked('ada', 'bob'),
      putMirror('ada'),
    ])
  })

  test('AP10 addMember ends what is kept of the last membership, if that is what was read, in place of the check', async () => {
    const kept = { ...ban, userId: 'ada', mutedUntil: NOW + 1 }
    const [sent] = await recorded(() => addMember(membership, { kept }))
    expect((sent!.input.TransactItems as object[])[1]).toEqual({
      Delete: {
        TableName: 'tabletalk',
        Key: { pk: 'ban#general', sk: 'user#ada' },
        ConditionExpression:
          '#at = :at0 AND attribute_not_exists(#until) AND #mutedUntil = :mutedUntil0 AND attribute_not_exists(#lowered)',
        ExpressionAttributeNames: {
          '#at': 'At',
          '#until': 'Until',
          '#mutedUntil': 'MutedUntil',
          '#lowered': 'Lowered',
        },
        ExpressionAttributeValues: { ':at0': NOW, ':mutedUntil0': NOW + 1 },
      },
    })
  })

  // As long as a connection may live, and ten minutes more.
  const departure = subscriptionOf({ sk: '!j1', UserId: 'ada', LeftAt: NOW, expiresAt: Math.ceil(NOW / 1_000) + 7_800 })

  test('AP11 removeMember deletes the membership only when it is that one, its mirror with it, and notes the departure', async () => {
    expect(await sentBy('AP11')).toEqual(
      transaction(
        { Delete: { TableName: 'tabletalk', Key: key, ...isThatOne } },
        { Delete: { TableName: 'tabletalk', Key: mirrorOf('ada') } },
        departure,
      ),
    )
  })

  test('AP159 endOfMembership gets the departure, and if there is none the room, which may be deleted', async () => {
    const [departed, deleted, ...others] = await sentBy('AP159')
    expect(others).toEqual([])
    expect(departed).toMatchObject({
      operation: 'GetItem',
      input: { Key: { pk: 'subscriptions#general', sk: '!j1' }, ConsistentRead: true },
    })
    expect(deleted).toMatchObject({
      operation: 'GetItem',
      input: {
        Key: { pk: room, sk: '$roster#ChatRoom_1' },
        ConsistentRead: true,
        ExpressionAttributeNames: { '#DeletedAt': 'DeletedAt' },
      },
    })
  })

  const inThatRole = {
    ConditionExpression: '#joinId = :joinId0 AND #role = :role0',
    ExpressionAttributeNames: { '#joinId': 'JoinId', '#role': 'Role' },
    ExpressionAttributeValues: { ':joinId0': 'j1', ':role0': 'member' },
  }

  const putAuditEntry = { Put: { TableName: 'tabletalk', Item: auditItem } }

  const noteOfEnd = { Put: { TableName: 'tabletalk', Item: { ...auditItem, JoinId: 'j1' } } }

  const asSeen = {
    ConditionExpression: '#joinId = :joinId0 AND attribute_not_exists(#changes)',
    ExpressionAttributeNames: { '#joinId': 'JoinId', '#changes': 'Version' },
    ExpressionAttributeValues: { ':joinId0': 'j1' },
  }

  test('AP11 removeMember by another’s hand asks for the version that was seen, and puts audit entry and ban with it', async () => {
    expect(await recorded(() => removeMember(membership, NOW, { audit, ban, outlived: true }))).toEqual(
      transaction(
        { Delete: { TableName: 'tabletalk', Key: key, ...asSeen } },
        { Delete: { TableName: 'tabletalk', Key: mirrorOf('ada') } },
        departure,
        noteOfEnd,
        { Put: { TableName: 'tabletalk', Item: banItem('mal') } },
      ),
    )
  })

  test('AP11 removeMember keeps a mute, and that somebody made the user a guest, in the place of a ban', async () => {
    const end = (more: object) => recorded(() => removeMember({ ...membership, ...more }, NOW, { outlived: true }))
    const [plain] = await end({})
    const [over] = await end({ mutedUntil: NOW, changes: 1 })
    for (const sent of [plain, over]) expect(sent!.input.TransactItems).toHaveLength(3)
    const [muted] = await end({ mutedUntil: NOW + 1_000, changes: 2 })
    const item = { ...banItem('ada'), By: 'ada', Until: 0 }
    const [removal, , , kept] = muted!.input.TransactItems as object[]
    expect(removal).toMatchObject({
      Delete: { ConditionExpression: '#joinId = :joinId0 AND #changes = :changes0' },
    })
    expect(kept).toEqual({
      Put: {
        TableName: 'tabletalk',
        Item: { ...item, MutedUntil: NOW + 1_000, expiresAt: Math.ceil((NOW + 1_000) / 1_000) },
      },
    })
    const [guest] = await end({ role: 'guest', lowered: true, changes: 1 })
    expect((guest!.input.TransactItems as object[])[3]).toEqual({
      Put: { TableName: 'tabletalk', Item: { ...item, Lowered: true } },
    })
  })

  test('AP68 changeMember changes a member in that role, the mirror’s role with it, and notes it', async () => {
    const { names, values } = update('Membership', { ChatRoomId: 'general', UserId: 'ada' })
    const change = (of: string, value: unknown, more: object, removed = '') => ({
      Update: {
        TableName: 'tabletalk',
        Key: key,
        UpdateExpression:
          `SET #${of} = :${of}_u0, #changedAt = :changedAt_u0, #ChatRoomId = :ChatRoomId_u0, ` +
          `#UserId = :UserId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ${removed}ADD #changes :changes_u0`,
        ConditionExpression: `${ifThere} AND ${inThatRole.ConditionExpression}`,
        ExpressionAttributeNames: {
          ...keyNames.ExpressionAttributeNames,
          ...inThatRole.ExpressionAttributeNames,
          '#changes': 'Version',
          '#changedAt': 'ChangedAt',
          ...more,
          ...names,
        },
        ExpressionAttributeValues: {
          ...inThatRole.ExpressionAttributeValues,
          [`:${of}_u0`]: value,
          ':changedAt_u0': NOW,
          ':changes_u0': 1,
          ...values,
        },
      },
    })
    expect(await sentBy('AP68')).toEqual(
      transaction(
        change('role', 'moderator', { '#lowered': 'Lowered' }, 'REMOVE #lowered '),
        putMirror('ada', { Role: 'moderator' }),
        putAuditEntry,
      ),
    )
    const mute = () => changeMember(membership, { mutedUntil: NOW }, audit)
    expect(await recorded(mute)).toEqual(
      transaction(change('mutedUntil', NOW, { '#mutedUntil': 'MutedUntil' }), putAuditEntry),
    )
  })

  test('AP68 changeMember leaves a room that the user joined one of their own', async () => {
    const own = { ...membership, originConnectionId: LX }
    const [sent] = await recorded(() => changeMember(own, { role: 'moderator' }, audit))
    expect((sent!.input.TransactItems as object[])[1]).toEqual(putMirror('ada', { Role: 'moderator', Own: true }))
  })

  test('AP69 banStranger puts ban and audit entry while there is no membership', async () => {
    expect(await sentBy('AP69')).toEqual(
      transaction(
        {
          ConditionCheck: {
            TableName: 'tabletalk',
            Key: { ...key, sk: '$roster#Membership_1#userId_zed' },
            ConditionExpression: 'attribute_not_exists(#joinId)',
            ExpressionAttributeNames: { '#joinId': 'JoinId' },
          },
        },
        { Put: { TableName: 'tabletalk', Item: banItem('zed'), ...noRow } },
        putAuditEntry,
      ),
    )
  })

  test('AP49 setDirectRoles changes the role of those of the two who are there, and makes nobody', async () => {
    const roleOf = (userId: string, role: string) => {
      const { names, values } = update('Membership', { ChatRoomId: 'random', UserId: userId })
      return {
        TableName: 'tabletalk',
        Key: { pk: '$tabletalk#chatRoomId_random', sk: `$roster#Membership_1#userId_${userId}` },
        UpdateExpression:
          'SET #role = :role_u0, #ChatRoomId = :ChatRoomId_u0, #UserId = :UserId_u0, ' +
          '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
        ConditionExpression: ifThere,
        ExpressionAttributeNames: { ...keyNames.ExpressionAttributeNames, '#role': 'Role', ...names },
        ExpressionAttributeValues: { ':role_u0': role, ...values },
      }
    }
    const asMember = (userId: string) => transaction({ Update: roleOf(userId, 'member') }, ...notBlocked('ada', 'eve'))
    expect(await sentBy('AP49')).toEqual([...asMember('ada'), ...asMember('eve')])
    const asGuests = await recorded(() => setDirectRoles('random', ['ada', 'eve'], 'guest'))
    expect(asGuests).toMatchObject(
      ['ada', 'eve'].map((userId) => ({ operation: 'UpdateItem', input: roleOf(userId, 'guest') })),
    )
  })

  test('AP67 membersAfter reads a page of the members consistently, and one more', async () => {
    const page = (first: string) =>
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: {
          ':pk': room,
          ':sk1': `$roster#Membership_1#userId_${first}`,
          ':sk2': `$roster#Membership_1#userId_${AFTER_USER_IDS}`,
        },
        ConsistentRead: true,
        Limit: 101,
      })
    expect(await sentBy('AP67')).toEqual(page(' '))
    expect(await recorded(() => membersAfter('general', { after: 'ada', limit: 100 }))).toEqual(page('ada\u0000'))
  })

  test('AP39 mirrorMembership puts the mirror only while the membership is that one', async () => {
    expect(await sentBy('AP39')).toEqual(
      transaction({ ConditionCheck: { TableName: 'tabletalk', Key: key, ...isThatOne } }, putMirror('ada')),
    )
  })

  test('AP13 roomWithMembers reads the room and its members in one consistent query of the roster', async () => {
    expect(await sentBy('AP13')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        FilterExpression:
          '((#__edb_e__ = :__edb_e___ChatRoom_c0 AND #__edb_v__ = :__edb_v___ChatRoom_c0) OR ' +
          '(#__edb_e__ = :__edb_e___ChatRoomDetails_c0 AND #__edb_v__ = :__edb_v___ChatRoomDetails_c0) OR ' +
          '(#__edb_e__ = :__edb_e___Membership_c0 AND #__edb_v__ = :__edb_v___Membership_c0))',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk', '#__edb_e__': '__edb_e__', '#__edb_v__': '__edb_v__' },
        ExpressionAttributeValues: {
          ':pk': room,
          ':sk1': '$roster',
          ':__edb_e___ChatRoom_c0': 'ChatRoom',
          ':__edb_v___ChatRoom_c0': '1',
          ':__edb_e___ChatRoomDetails_c0': 'ChatRoomDetails',
          ':__edb_v___ChatRoomDetails_c0': '1',
          ':__edb_e___Membership_c0': 'Membership',
          ':__edb_v___Membership_c0': '1',
        },
        ConsistentRead: true,
        Limit: 203,
      }),
    )
  })

  test('AP98 roomWithDetails reads the two rows before the members in one consistent query', async () => {
    const [sent, ...others] = await sentBy('AP98')
    expect(others).toEqual([])
    expect(sent).toMatchObject({
      operation: 'Query',
      input: {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeValues: { ':pk': room, ':sk1': '$roster' },
        ConsistentRead: true,
        Limit: 2,
      },
    })
  })

  test('AP13 roomWithMembers pages on among the members only', async () => {
    const [get, details, query] = await recorded(() => roomWithMembers('general', { after: 'ada', limit: 1_000 }))
    for (const read of [get, details]) {
      expect(read).toMatchObject({ operation: 'GetItem', input: { ConsistentRead: true } })
    }
    expect(query!.input).toMatchObject({
      KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
      ExpressionAttributeValues: {
        ':pk': room,
        ':sk1': '$roster#Membership_1#userId_ada\u0000',
        ':sk2': `$roster#Membership_1#userId_${AFTER_USER_IDS}`,
      },
      ConsistentRead: true,
      Limit: 201,
    })
  })
})

describe('the partition of a user', () => {
  const inPartition = {
    KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
    ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
    ConsistentRead: true,
    Limit: 51,
  }

  test('AP12 roomsOfUser reads a page of the rooms consistently, and one more', async () => {
    const values = { ':pk': 'user#ada', ':sk1': 'room#', ':sk2': 'room#~' }
    expect(await sentBy('AP12')).toEqual(only('Query', { ...inPartition, ExpressionAttributeValues: values }))
  })

  test('AP12 roomsOfUser starts right after a room, and reads no more than the limit', async () => {
    const values = { ':pk': 'user#ada', ':sk1': 'room#general!', ':sk2': 'room#random' }
    const page = { after: 'general', through: 'random', limit: 50 }
    expect(await recorded(() => roomsOfUser('ada', page))).toEqual(
      only('Query', { ...inPartition, ExpressionAttributeValues: values }),
    )
  })

  test('AP155 roomsAndSessions reads the rooms after one and all sessions consistently, to the end', async () => {
    const values = { ':pk': 'user#ada', ':sk1': 'room#general!', ':sk2': 'session#~' }
    const { Limit: _, ...toTheEnd } = inPartition
    expect(await sentBy('AP155')).toEqual(only('Query', { ...toTheEnd, ExpressionAttributeValues: values }))
  })

  const key = { pk: 'user#ada', sk: 'session#tab-1' }

  test('AP3 sessionsOfUser reads the sessions of the user consistently, and nothing else of theirs', async () => {
    expect(await sentBy('AP3')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'user#ada', ':sk1': 'session#' },
        ConsistentRead: true,
      }),
    )
  })

  test('AP36 putSession overwrites what the session had, unless that has synced later', async () => {
    const Item = { ...key, UserId: 'ada', SessionKey: 'tab-1', ConnectionId: LX, SyncedAt: NOW, expiresAt: EXPIRES_AT }
    expect(await sentBy('AP36')).toEqual(
      only('PutItem', {
        Item: { ...Item, ...entity('Session') },
        ConditionExpression: 'attribute_not_exists(#syncedAt) OR #syncedAt <= :syncedAt0',
        ExpressionAttributeNames: { '#syncedAt': 'SyncedAt' },
        ExpressionAttributeValues: { ':syncedAt0': NOW },
        ReturnValues: 'ALL_OLD',
        ...withOld,
      }),
    )
  })

  test('AP17 endSession deletes the session only while that connection has it', async () => {
    expect(await sentBy('AP17')).toEqual(
      only('DeleteItem', {
        Key: key,
        ConditionExpression: '#connectionId = :connectionId0',
        ExpressionAttributeNames: { '#connectionId': 'ConnectionId' },
        ExpressionAttributeValues: { ':connectionId0': LX },
      }),
    )
  })
})

describe('RoomState', () => {
  const keyOf = (chatRoomId: string, userId = 'ada') => ({ pk: `state#${userId}`, sk: chatRoomId })
  const { names, values } = update('RoomState', {})
  const set = 'SET #readSeq = :readSeq_u0, #readAt = :readAt_u0'
  const own = '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0'
  const marker = { '#readSeq': 'ReadSeq', '#readAt': 'ReadAt' }

  test('AP93 moveMarker moves the marker on in one write without a read, and never back', async () => {
    expect(await sentBy('AP93')).toEqual(
      only('UpdateItem', {
        Key: keyOf('random'),
        UpdateExpression: `${set}, #originConnectionId = :originConnectionId_u0, ${own} REMOVE #private`,
        ConditionExpression: 'attribute_not_exists(#readSeq) OR (#readSeq < :readSeq0 AND #readAt < :readAt0)',
        ExpressionAttributeNames: {
          ...marker,
          '#originConnectionId': 'OriginConnectionId',
          '#private': 'Private',
          ...names,
        },
        ExpressionAttributeValues: {
          ':readSeq0': 5,
          ':readAt0': NOW,
          ':readSeq_u0': 5,
          ':readAt_u0': NOW,
          ':originConnectionId_u0': 'c=',
          ...values,
        },
        ...withOld,
      }),
    )
  })

  test('AP93 moveMarker keeps a private marker of a thread apart, and knows of no connection of a backend', async () => {
    const thread = { userId: 'ada', chatRoomId: 'general', threadId: messageIdOf(1) }
    const [sent] = await recorded(() => moveMarker(thread, { seq: 5, isPrivate: true }, NOW))
    expect(sent!.input).toMatchObject({
      Key: keyOf('general#0000000000000001'),
      UpdateExpression: `${set}, #private = :private_u0, ${own} REMOVE #originConnectionId`,
    })
  })

  test('AP94 takeBackMarker moves a marker back in one write, and makes none', async () => {
    expect(await sentBy('AP94')).toEqual(
      only('UpdateItem', {
        Key: keyOf('general'),
        UpdateExpression: `${set}, #originConnectionId = :originConnectionId_u0, ${own}`,
        ConditionExpression: '#readSeq > :readSeq0 AND #readAt < :readAt0',
        ExpressionAttributeNames: { ...marker, '#originConnectionId': 'OriginConnectionId', ...names },
        ExpressionAttributeValues: {
          ':readSeq0': 1,
          ':readAt0': NOW + 1,
          ':readSeq_u0': 1,
          ':readAt_u0': NOW + 1,
          ':originConnectionId_u0': 'c=',
          ...values,
        },
        ...withOld,
      }),
    )
  })

  test('AP126 setNotify writes the latest choice in one write, beside the marker', async () => {
    expect(await sentBy('AP126')).toEqual(
      only('UpdateItem', {
        Key: keyOf('general'),
        UpdateExpression:
          'SET #notify = :notify_u0, #notifyAt = :notifyAt_u0, #notifyUntil = :notifyUntil_u0, ' +
          `#originConnectionId = :originConnectionId_u0, ${own}`,
        ConditionExpression: 'attribute_not_exists(#notifyAt) OR #notifyAt < :notifyAt0',
        ExpressionAttributeNames: {
          '#notify': 'Notify',
          '#notifyAt': 'NotifyAt',
          '#notifyUntil': 'NotifyUntil',
          '#originConnectionId': 'OriginConnectionId',
          ...names,
        },
        ExpressionAttributeValues: {
          ':notifyAt0': NOW + 1,
          ':notify_u0': 'none',
          ':notifyAt_u0': NOW + 1,
          ':notifyUntil_u0': NOW,
          ':originConnectionId_u0': 'c=',
          ...values,
        },
        ...withOld,
      }),
    )
  })

  test('AP95 statesOfUser reads from the first room to the last in one consistent query that is bounded', async () => {
    expect(await sentBy('AP95')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'state#ada', ':sk1': 'general', ':sk2': 'random' },
        ConsistentRead: true,
        Limit: 8,
      }),
    )
  })

  test('AP96 getStates reads up to 100 states in one request', async () => {
    expect(await sentBy('AP96')).toEqual([
      {
        operation: 'BatchGetItem',
        input: {
          RequestItems: { tabletalk: { Keys: [keyOf('general'), keyOf('general', 'bob')], ConsistentRead: true } },
        },
      },
    ])
  })
})

describe('Subscription', () => {
  const key = { pk: 'subscriptions#general', sk: placeOf(session) }

  test('AP14 subscribe puts the subscription in the partition of its room, in place of the session’s last one', async () => {
    expect(await sentBy('AP14')).toEqual(
      only('PutItem', {
        Item: {
          pk: 'subscriptions#general',
          sk: expect.stringMatching(/^[0-9a-f]{2}#[\w-]{22}$/) as string,
          ConnectionId: LX,
          UserId: 'ada',
          JoinId: 'j1',
          expiresAt: EXPIRES_AT,
          ...entity('Subscription'),
        },
      }),
    )
  })

  test('a subscription’s key is the session’s of that user, or the connection’s as version 0.1.0 wrote it', () => {
    expect(placeOf({ ...session, connectionId: NEW_CONNECTION })).toBe(placeOf(session))
    expect(placeOf({ ...session, userId: 'bob' })).not.toBe(placeOf(session))
    expect(placeOf({ ...session, sessionKey: LX })).toBe(`49#${LX}`)
  })

  test('AP14 subscribe writes several in batches of 25', async () => {
    const many = Array.from({ length: 26 }, (_, i) => ({
      ...subscription,
      room: { chatRoomId: `room${i}`, joinId: 'j1' },
    }))
    const sent = await recorded(() => subscribe(many), { BatchWriteItem: { UnprocessedItems: {} } })
    expect(sent.map(({ operation }) => operation)).toEqual(['BatchWriteItem', 'BatchWriteItem'])
    const sizes = sent.map(({ input }) => (input.RequestItems as { tabletalk: unknown[] }).tabletalk.length)
    expect(sizes).toEqual([25, 1])
  })

  const meant = (name: string, field: string, value: string) =>
    only('DeleteItem', {
      Key: key,
      ConditionExpression: `#${name} = :${name}0`,
      ExpressionAttributeNames: { [`#${name}`]: field },
      ExpressionAttributeValues: { [`:${name}0`]: value },
    })

  test('AP15 unsubscribe deletes only what stands on that membership', async () => {
    expect(await sentBy('AP15')).toEqual(meant('joinId', 'JoinId', 'j1'))
  })

  test('AP15 unsubscribe after a 410 deletes only what names that connection', async () => {
    const subscriptionOfRoom = { chatRoomId: 'general', place: placeOf(session) }
    expect(await recorded(() => unsubscribe(subscriptionOfRoom, { connectionId: LX }))).toEqual(
      meant('connectionId', 'ConnectionId', LX),
    )
  })

  test('AP16 subscriptionsOfRoom reads the whole partition of the room consistently, a page at a time', async () => {
    const COLUMNS = 'sk, ConnectionId, UserId, JoinId, expiresAt'
    const page = {
      KeyConditionExpression: '#pk = :pk',
      ExpressionAttributeNames: { '#pk': 'pk' },
      ExpressionAttributeValues: { ':pk': 'subscriptions#general' },
      ConsistentRead: true,
      ProjectionExpression: COLUMNS,
    }
    expect(await sentBy('AP16')).toEqual(only('Query', page))

    let rest: SubscriptionRange | undefined
    const Items = [{ ...key, ...entity('Subscription'), ConnectionId: LX }]
    await recorded(
      async () => {
        rest = (await subscriptionsOfRoom('general', NOW)).rest
      },
      { Query: { Items, LastEvaluatedKey: key } },
    )
    const names = { '#pk': 'pk', '#sk1': 'sk' }
    expect(await recorded(() => subscriptionsOfRoom('general', NOW, rest))).toEqual([
      ...only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':pk': 'subscriptions#general', ':sk1': '!' },
        ConsistentRead: true,
      }),
      ...only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':pk': 'subscriptions#general', ':sk1': key.sk, ':sk2': 'ff#~' },
        ConsistentRead: true,
        ProjectionExpression: COLUMNS,
      }),
    ])
  })

  test('AP42 departuresOfRoom reads what stands before all hashes consistently', async () => {
    expect(await sentBy('AP42')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'subscriptions#general', ':sk1': '!' },
        ConsistentRead: true,
      }),
    )
  })
})

test('AP18 setTyping writes what was not told yet, if nobody else has meanwhile', async () => {
  expect(await sentBy('AP18')).toEqual(
    only('PutItem', {
      Item: {
        pk: 'typing#general',
        sk: 'ada',
        ChatRoomId: 'general',
        UserId: 'ada',
        IsTyping: true,
        ToldAt: NOW,
        Until: NOW + 10_000,
        HeadSeq: 2,
        expiresAt: NOW / 1_000 + 10,
        ...entity('Typing'),
      },
      ConditionExpression: 'attribute_not_exists(#toldAt)',
      ExpressionAttributeNames: { '#toldAt': 'ToldAt' },
      ...withOld,
    }),
  )
})

test('AP43 lastTyping reads what was told of one user', async () => {
  expect(await sentBy('AP43')).toEqual(
    only('GetItem', {
      Key: { pk: 'typing#general', sk: 'ada' },
      ConsistentRead: true,
      ProjectionExpression: '#pk, #sk, #IsTyping, #ToldAt, #Until, #HeadSeq, #Pending, #Also, #__edb_e__, #__edb_v__',
      ExpressionAttributeNames: {
        '#pk': 'pk',
        '#sk': 'sk',
        '#IsTyping': 'IsTyping',
        '#ToldAt': 'ToldAt',
        '#Until': 'Until',
        '#HeadSeq': 'HeadSeq',
        '#Pending': 'Pending',
        '#Also': 'Also',
        '#__edb_e__': '__edb_e__',
        '#__edb_v__': '__edb_v__',
      },
    }),
  )
})

test('AP133 whoTypes reads a page of those who have typed in a room', async () => {
  expect(await sentBy('AP133')).toMatchObject([
    {
      operation: 'Query',
      input: { ExpressionAttributeValues: { ':pk': 'typing#general' }, ConsistentRead: true, Limit: 100 },
    },
  ])
})

test('AP44 hasRoomsOfTheirOwn reads at most twice as many rooms as it counts', async () => {
  expect(await sentBy('AP44')).toEqual(
    only('Query', {
      KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
      FilterExpression: 'attribute_exists(#own)',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk', '#own': 'Own' },
      ExpressionAttributeValues: { ':pk': 'user#ada', ':sk1': 'room#', ':sk2': 'room#~' },
      ConsistentRead: true,
      Limit: 2_000,
    }),
  )
})

describe('what a user has on its way', () => {
  const key = { pk: 'user#ada', sk: 'upload#u1' }

  test('AP45 pendingUploads reads them consistently, and nothing else of the user', async () => {
    expect(await sentBy('AP45')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and begins_with(#sk1, :sk1)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'user#ada', ':sk1': 'upload#' },
        ConsistentRead: true,
        Limit: 200,
      }),
    )
  })

  test('AP46 holdUpload puts an upload until its form expires', async () => {
    const Item = { ...key, UserId: 'ada', UploadId: 'u1', Size: 1_000, expiresAt: EXPIRES_AT }
    expect(await sentBy('AP46')).toEqual(only('PutItem', { Item: { ...Item, ...entity('PendingUpload') } }))
  })

  test('AP47 releaseUpload deletes it', async () => {
    expect(await sentBy('AP47')).toEqual(only('DeleteItem', { Key: key }))
  })
})

describe('ChatRoomDetails', () => {
  const key = { pk: room, sk: '$roster#ChatRoomDetails_1' }

  test('AP50 getDetails reads what a room is consistently', async () => {
    expect(await sentBy('AP50')).toEqual(only('GetItem', { Key: key, ConsistentRead: true }))
  })

  const putDetails = (changes: number, condition: Record<string, unknown>) => ({
    Put: {
      TableName: 'tabletalk',
      Item: { ...key, ChatRoomId: 'general', Topic: 'Tea', Version: changes, ...entity('ChatRoomDetails') },
      ExpressionAttributeNames: { '#changes': 'Version' },
      ...condition,
    },
  })
  const putAuditEntry = { Put: { TableName: 'tabletalk', Item: auditItem } }

  test('AP51 changeRoom puts the details if they are one version on, changes the room and notes it, all or nothing', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    const [sent, ...others] = await sentBy('AP51')
    expect(others).toEqual([])
    expect(sent!.input.TransactItems).toEqual([
      putDetails(3, {
        ConditionExpression: '#changes = :changes0',
        ExpressionAttributeValues: { ':changes0': 2 },
      }),
      {
        Update: {
          TableName: 'tabletalk',
          Key: { pk: room, sk: '$roster#ChatRoom_1' },
          UpdateExpression:
            'SET #roomName = :roomName_u0, #access = :access_u0, #ChatRoomId = :ChatRoomId_u0, ' +
            '#__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 REMOVE #gate, #historyFrom, #retentionDays, #retentionByServer',
          ConditionExpression: ifThere,
          ExpressionAttributeNames: {
            ...keyNames.ExpressionAttributeNames,
            '#roomName': 'RoomName',
            '#access': 'Access',
            '#gate': 'Gate',
            '#historyFrom': 'HistoryFrom',
            '#retentionDays': 'RetentionDays',
            '#retentionByServer': 'RetentionByServer',
            ...names,
          },
          ExpressionAttributeValues: { ':roomName_u0': 'General', ':access_u0': 'r', ...values },
        },
      },
      putAuditEntry,
    ])
  })

  test('AP51 changeRoom leaves the room alone when nothing of it changes, and makes the first details', async () => {
    const change = () => changeRoom({ chatRoomId: 'general', changes: 1, topic: 'Tea' }, undefined, audit)
    const [sent] = await recorded(change)
    expect(sent!.input.TransactItems).toEqual([
      putDetails(1, {
        ConditionExpression: 'attribute_not_exists(#changes) OR #changes = :changes0',
        ExpressionAttributeValues: { ':changes0': 0 },
      }),
      putAuditEntry,
    ])
  })

  test('AP51 changeRoom says on the message that it is pinned, which makes it another version, or that it is not', async () => {
    const change = (pinned?: { by: string; at: number }) =>
      changeRoom({ chatRoomId: 'general', changes: 1 }, undefined, undefined, {
        mark: { messageId: messageIdOf(1), ...(pinned && { pinned }) },
      })
    const updateOf = async (pinned?: { by: string; at: number }) => {
      const [sent] = await recorded(() => change(pinned))
      return (sent!.input.TransactItems as { Update?: Record<string, unknown> }[])[1]!.Update
    }
    expect(await updateOf({ by: 'ada', at: NOW })).toMatchObject({
      UpdateExpression: expect.stringMatching(/^SET #pinnedBy = .*, #pinnedAt = .* ADD #version /) as string,
      ConditionExpression: expect.stringContaining('#kind <> :kind0') as string,
    })
    expect(await updateOf()).toMatchObject({
      UpdateExpression: expect.stringMatching(/ REMOVE #pinnedBy, #pinnedAt ADD #version /) as string,
    })
  })

  test('AP161 noteMemberCount writes the number, and leaves the version as it is', async () => {
    expect(await sentBy('AP161')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        UpdateExpression: expect.stringMatching(/^SET #memberCount = .* ADD #changes /) as string,
        ExpressionAttributeValues: { ':memberCount_u0': 3, ':changes_u0': 0 },
      }),
    )
  })

  test('AP52 publicRooms reads a page of the index by name, and one more', async () => {
    const page = (first: string, last: string) =>
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'gsi1pk', '#sk1': 'gsi1sk' },
        ExpressionAttributeValues: { ':pk': 'public', ':sk1': first, ':sk2': last },
        Limit: 51,
      })
    expect(await sentBy('AP52')).toEqual(page(' ', LAST))
    expect(await recorded(() => publicRooms({ prefix: 'Te', limit: 50 }))).toEqual(page('te', `te${LAST}`))
    const after = { prefix: 'te', after: 'tea#general', limit: 50 }
    expect(await recorded(() => publicRooms(after))).toEqual(page('tea#general!', `te${LAST}`))
  })
})

describe('who may not enter a room', () => {
  test('AP53 getBan reads one ban consistently', async () => {
    const Key = { pk: 'ban#general', sk: 'user#mal' }
    expect(await sentBy('AP53')).toEqual(only('GetItem', { Key, ConsistentRead: true }))
  })

  test('AP54 bansOfRoom reads a page consistently, and one more', async () => {
    expect(await sentBy('AP54')).toEqual(pageOfUsers('ban#general', ' '))
    const after = { after: 'mal', limit: 100 }
    expect(await recorded(() => bansOfRoom('general', after, NOW))).toEqual(pageOfUsers('ban#general', 'mal\u0000'))
  })

  test('AP55 changeBan ends a ban that is as it was read and notes it, both or neither; or puts another', async () => {
    const asRead = {
      ConditionExpression:
        '#at = :at0 AND attribute_not_exists(#until) AND attribute_not_exists(#mutedUntil) AND attribute_not_exists(#lowered)',
      ExpressionAttributeNames: { '#at': 'At', '#until': 'Until', '#mutedUntil': 'MutedUntil', '#lowered': 'Lowered' },
      ExpressionAttributeValues: { ':at0': NOW },
    }
    const [sent, ...others] = await sentBy('AP55')
    expect(others).toEqual([])
    expect(sent!.input.TransactItems).toEqual([
      {
        Delete: {
          TableName: 'tabletalk',
          Key: { pk: 'ban#general', sk: 'user#mal' },
          ...asRead,
        },
      },
      { Put: { TableName: 'tabletalk', Item: auditItem } },
    ])
    const [another] = await recorded(() => changeBan(ban, { ...ban, by: 'ada' }, audit))
    expect((another!.input.TransactItems as object[])[0]).toEqual({
      Put: { TableName: 'tabletalk', Item: { ...banItem('mal'), By: 'ada' }, ...asRead },
    })
  })
})

describe('Block', () => {
  const keyOf = (userId: string, blockedId: string) => ({ pk: `block#${userId}`, sk: `user#${blockedId}` })

  test('AP56 putBlock puts it, whether or not it is there', async () => {
    const Item = { ...keyOf('ada', 'bob'), UserId: 'ada', BlockedId: 'bob', At: NOW, ...entity('Block') }
    expect(await sentBy('AP56')).toEqual(only('PutItem', { Item }))
  })

  test('AP57 deleteBlock deletes it', async () => {
    expect(await sentBy('AP57')).toEqual(only('DeleteItem', { Key: keyOf('ada', 'mal') }))
  })

  test('AP58 blocksOf reads up to 100 of them consistently in one request', async () => {
    const Keys = [keyOf('ada', 'mal'), keyOf('bob', 'mal')]
    expect(await sentBy('AP58')).toEqual([
      { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys, ConsistentRead: true } } } },
    ])
  })

  test('AP59 blockedBy reads a page consistently, and one more', async () => {
    expect(await sentBy('AP59')).toEqual(pageOfUsers('block#ada', ' '))
    const after = { after: 'mal', limit: 100 }
    expect(await recorded(() => blockedBy('ada', after))).toEqual(pageOfUsers('block#ada', 'mal\u0000'))
  })
})

describe('Invite', () => {
  const key = { pk: `invite#${invite.invite}`, sk: 'invite' }

  test('AP60 putInvite puts it, in the index by room and time', async () => {
    expect(await sentBy('AP60')).toEqual(
      only('PutItem', {
        Item: {
          pk: 'invite#BBBBBBBBBBBBBBBBBBBBBB',
          sk: 'invite',
          gsi1pk: 'invites#general',
          gsi1sk: `${NOW}#BBBBBBBBBBBBBBBBBBBBBB`,
          Invite: 'BBBBBBBBBBBBBBBBBBBBBB',
          ChatRoomId: 'general',
          Role: 'member',
          By: 'eve',
          CreatedAt: NOW,
          Until: NOW + 3_600_000,
          Uses: 0,
          expiresAt: EXPIRES_AT,
          ...entity('Invite'),
        },
      }),
    )
  })

  test('AP61 getInvite reads one invite consistently', async () => {
    expect(await sentBy('AP61')).toEqual(only('GetItem', { Key: key, ConsistentRead: true }))
  })

  test('AP62 deleteInvite deletes it only while it is that room’s', async () => {
    expect(await sentBy('AP62')).toEqual(
      only('DeleteItem', {
        Key: key,
        ConditionExpression: '#chatRoomId = :chatRoomId0',
        ExpressionAttributeNames: { '#chatRoomId': 'ChatRoomId' },
        ExpressionAttributeValues: { ':chatRoomId0': 'general' },
      }),
    )
  })

  test('AP63 invitesOfRoom reads a page of the index by time, and one more', async () => {
    const page = (after: string) =>
      only('Query', {
        IndexName: 'gsi1',
        KeyConditionExpression: '#pk = :pk and #sk1 > :sk1',
        ExpressionAttributeNames: { '#pk': 'gsi1pk', '#sk1': 'gsi1sk' },
        ExpressionAttributeValues: { ':pk': 'invites#general', ':sk1': after },
        Limit: 101,
      })
    expect(await sentBy('AP63')).toEqual(page(' '))
    const after = { after: invite.place, limit: 100 }
    expect(await recorded(() => invitesOfRoom('general', after, NOW))).toEqual(page(invite.place))
  })
})

describe('Audit', () => {
  test('AP64 auditOf reads a page consistently, the newest first, and one more', async () => {
    const page = (before: string) =>
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 < :sk1',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'audit#general', ':sk1': `entry#${before}` },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: 51,
      })
    expect(await sentBy('AP64')).toEqual(page('9999999999999'))
    expect(await recorded(() => auditOf('general', { before: NOW, limit: 50 }))).toEqual(page(String(NOW)))
  })

  test('AP65 putAudit puts an entry', async () => {
    const EntryId = `${NOW}-BBBBBBBB`
    expect(await sentBy('AP65')).toEqual(only('PutItem', { Item: { ...auditItem, sk: `entry#${EntryId}`, EntryId } }))
  })
})

test('AP66 countSlow notes a send if the last one is long enough ago, and reads it from the refusal', async () => {
  expect(await sentBy('AP66')).toEqual(
    only('PutItem', {
      Item: {
        pk: 'rate#ada',
        sk: 'slow#general',
        UserId: 'ada',
        ChatRoomId: 'general',
        LastAt: NOW,
        expiresAt: NOW / 1_000 + 30,
        ...entity('SlowMode'),
      },
      ConditionExpression: 'attribute_not_exists(#lastAt) OR #lastAt <= :lastAt0',
      ExpressionAttributeNames: { '#lastAt': 'LastAt' },
      ExpressionAttributeValues: { ':lastAt0': NOW - 30_000 },
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

  test('AP20 sealHoles takes places that are free, for nothing, in one transaction', async () => {
    const Item = messageItem('0000000000000003', { Kind: 'hole', SenderId: '', Content: '', PrevDrawnAt: NOW })
    expect(await sentBy('AP20')).toEqual([
      {
        operation: 'TransactWriteItems',
        input: { TransactItems: [{ Put: { TableName: 'tabletalk', Item, ...ifNew, ...withOld } }] },
      },
    ])
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

describe('what becomes of a message', () => {
  const key = (seq: number) => ({ pk: room, sk: `$Message_1#messageId_${messageIdOf(seq)}` })

  test('AP86 editMessage changes what was read, raises its version, and reads what it is then', async () => {
    const { names, values } = update('Message', { ChatRoomId: 'general', MessageId: messageIdOf(1) })
    expect(await sentBy('AP86')).toEqual(
      only('UpdateItem', {
        Key: key(1),
        UpdateExpression:
          'SET #editedAt = :editedAt_u0, #content = :content_u0, #ChatRoomId = :ChatRoomId_u0, ' +
          '#MessageId = :MessageId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ' +
          'ADD #version :version_u0',
        ConditionExpression: `${ifThere} AND #kind = :kind0 AND attribute_not_exists(#editedAt)`,
        ExpressionAttributeNames: {
          ...{ '#pk': 'pk', '#sk': 'sk', '#kind': 'Kind', '#content': 'Content', '#editedAt': 'EditedAt' },
          ...{ '#version': 'Version', ...names },
        },
        ExpressionAttributeValues: {
          ...{ ':kind0': 'text', ':editedAt_u0': NOW, ':content_u0': 'hello, all', ':version_u0': 1 },
          ...values,
        },
        ReturnValues: 'ALL_NEW',
      }),
    )
  })

  test('AP87 eraseMessage writes the row anew, with nothing but its sender, its place and its end', async () => {
    expect(await sentBy('AP87')).toEqual(
      only('PutItem', {
        Item: {
          ...key(2),
          ...{ ChatRoomId: 'general', MessageId: messageIdOf(2), Kind: 'deleted', SenderId: 'ada', Content: '' },
          ...{ Timestamp: NOW, Version: 1, DeletedAt: NOW, DeletedBy: 'ada', ...entity('Message') },
        },
        ConditionExpression: '#kind = :kind0 AND attribute_not_exists(#version)',
        ExpressionAttributeNames: { '#kind': 'Kind', '#version': 'Version' },
        ExpressionAttributeValues: { ':kind0': 'text' },
      }),
    )
  })

  test('AP87 eraseMessage notes it along with the deletion, where it is not the sender’s own', async () => {
    const row = { chatRoomId: 'general', messageId: messageIdOf(2), kind: 'file', senderId: 'ada', version: 3 } as const
    const message = { ...row, content: 'a', timestamp: NOW }
    const [sent] = await recorded(() => eraseMessage(message, { deletedAt: NOW, deletedBy: 'eve' }, audit), answers)
    expect(sent).toMatchObject({
      operation: 'TransactWriteItems',
      input: {
        TransactItems: [
          {
            Put: {
              Item: { Version: 4, DeletedBy: 'eve' },
              ConditionExpression: '#kind = :kind0 AND #version = :version0',
              ExpressionAttributeValues: { ':kind0': 'file', ':version0': 3 },
            },
          },
          { Put: { Item: auditItem } },
        ],
      },
    })
  })

  test('AP92 deleteUpload deletes one upload, unconditionally', async () => {
    expect(await sentBy('AP92')).toEqual(only('DeleteItem', { Key: { pk: '$tabletalk#uploadId_u1', sk: '$Upload_1' } }))
  })
})

describe('the change log', () => {
  test('AP88 getHeadRev reads one item consistently', async () => {
    expect(await sentBy('AP88')).toEqual(
      only('GetItem', { Key: { pk: 'changes#general', sk: 'head' }, ConsistentRead: true }),
    )
  })

  const changeItem = (rev: number, messageId: string) => ({
    ...{ pk: 'changes#general', sk: messageIdOf(rev), What: 'm', Id: messageId },
    ...{ expiresAt: NOW / 1_000 + 2_592_000, ...entity('Change') },
  })

  test('AP89 appendChanges writes the head, if it is the one that was read, and the entries, all or none', async () => {
    const { names, values } = update('ChangeHead', { ChatRoomId: 'general' })
    const head = {
      TableName: 'tabletalk',
      Key: { pk: 'changes#general', sk: 'head' },
      // Pending changes are not touched.
      UpdateExpression:
        'SET #rev = :rev_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0',
      ConditionExpression: 'attribute_not_exists(#rev)',
      ExpressionAttributeNames: { '#rev': 'Rev', ...names },
      ExpressionAttributeValues: { ':rev_u0': 1, ...values },
    }
    expect(await sentBy('AP89')).toEqual([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [{ Update: head }, { Put: { TableName: 'tabletalk', Item: changeItem(1, messageIdOf(1)) } }],
        },
      },
    ])
    const changes = [7, 8].map((seq) => ({ what: 'm' as const, id: messageIdOf(seq) }))
    const [sent] = await recorded(() => appendChanges('general', 41, changes, NOW), answers)
    expect(sent!.input.TransactItems).toMatchObject([
      { Update: { ConditionExpression: '#rev = :rev0', ExpressionAttributeValues: { ':rev0': 41, ':rev_u0': 43 } } },
      { Put: { Item: changeItem(42, messageIdOf(7)) } },
      { Put: { Item: changeItem(43, messageIdOf(8)) } },
    ])
  })

  test('AP90 raiseHeadRev sets what the room says of its log, never lower', async () => {
    const { names, values } = update('ChatRoom', { ChatRoomId: 'general' })
    expect(await sentBy('AP90')).toEqual(
      only('UpdateItem', {
        Key: { pk: room, sk: '$roster#ChatRoom_1' },
        UpdateExpression:
          'SET #headRev = :headRev_u0, #ChatRoomId = :ChatRoomId_u0, #__edb_e__ = :__edb_e___u0, ' +
          '#__edb_v__ = :__edb_v___u0',
        ConditionExpression: `${ifThere} AND (attribute_not_exists(#headRev) OR #headRev < :headRev0)`,
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk', '#headRev': 'HeadRev', ...names },
        ExpressionAttributeValues: { ':headRev0': 1, ':headRev_u0': 1, ...values },
        // Returns the room's size at no cost.
        ReturnValues: 'ALL_NEW',
        ...withOld,
      }),
    )
  })

  test('AP91 changesAfter queries what follows a number, up to the room’s head, consistently, and never the head', async () => {
    expect(await sentBy('AP91')).toEqual(
      only('Query', {
        KeyConditionExpression: '#pk = :pk and #sk1 BETWEEN :sk1 AND :sk2',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk1': 'sk' },
        ExpressionAttributeValues: { ':pk': 'changes#general', ':sk1': messageIdOf(1), ':sk2': messageIdOf(300) },
        ConsistentRead: true,
        Limit: 201,
      }),
    )
  })
})

describe('SendGuard', () => {
  test('AP23 getGuard reads one guard consistently', async () => {
    const Key = { pk: '$tabletalk#chatRoomId_general#senderId_ada#clientMessageId_c1', sk: '$SendGuard_1' }
    expect(await sentBy('AP23')).toEqual(only('GetItem', { Key, ConsistentRead: true }))
  })

  test('AP24 putGuardedMessage puts a new message and completes the guard of this claim, both or neither', async () => {
    const [sent, ...others] = await sentBy('AP24')
    const [message, guard, ...more] = sent!.input.TransactItems as Record<string, Record<string, unknown>>[]
    expect([others, more]).toEqual([[], []])
    expect(message).toEqual({
      Put: {
        TableName: 'tabletalk',
        Item: messageItem('0000000000000004', { ClientMessageId: 'c2' }),
        ...ifNew,
        ...withOld,
      },
    })
    expect(guard!.Update).toMatchObject({
      Key: { pk: '$tabletalk#chatRoomId_general#senderId_ada#clientMessageId_c2', sk: '$SendGuard_1' },
      ConditionExpression: `${ifThere} AND #token = :token0`,
      UpdateExpression: expect.stringMatching(
        /^SET #messageId = :messageId_u0, #timestamp = :timestamp_u0, .* REMOVE #token, #claimedAt$/,
      ) as string,
      ...withOld,
    })
    expect(guard!.Update!.ExpressionAttributeValues).toMatchObject({
      ':token0': 't1',
      ':messageId_u0': '0000000000000004',
      ':timestamp_u0': NOW,
    })
  })

  const claimItem = (clientMessageId: string, token: string) => {
    const { MessageId: _id, Timestamp: _at, ...item } = guardItem(clientMessageId, '')
    return { ...item, Token: token, ClaimedAt: NOW }
  }

  test('AP41 claimSend puts a claim where no guard is, or in the place of the claim that was seen', async () => {
    const first = only('PutItem', {
      Item: claimItem('c4', 't1'),
      ConditionExpression: 'attribute_not_exists(#contentHash)',
      ExpressionAttributeNames: { '#contentHash': 'ContentHash' },
      ...withOld,
    })
    expect(await sentBy('AP41')).toEqual(first)
    const key = { chatRoomId: 'general', senderId: 'ada', clientMessageId: 'c4' }
    expect(await recorded(() => claimSend(key, { ...claim, token: 't2' }, claim))).toEqual(
      only('PutItem', {
        Item: claimItem('c4', 't2'),
        ConditionExpression: '#token = :token0 AND attribute_not_exists(#messageId)',
        ExpressionAttributeNames: { '#token': 'Token', '#messageId': 'MessageId' },
        ExpressionAttributeValues: { ':token0': 't1' },
        ...withOld,
      }),
    )
  })
})

test('AP70 releaseClaim deletes a claim only while it is that try’s', async () => {
  expect(await sentBy('AP70')).toEqual(
    only('DeleteItem', {
      Key: { pk: '$tabletalk#chatRoomId_general#senderId_ada#clientMessageId_c5', sk: '$SendGuard_1' },
      ConditionExpression: '#token = :token0',
      ExpressionAttributeNames: { '#token': 'Token' },
      ExpressionAttributeValues: { ':token0': 't1' },
    }),
  )
})

test('AP25 countUse counts in a window while it is below the limit', async () => {
  const { names, values } = update('RateWindow', {
    expiresAt: NOW / 1_000 + 10,
    UserId: 'ada',
    RateClass: 'send',
    StartsAt: NOW,
  })
  expect(await sentBy('AP25')).toEqual(
    only('UpdateItem', {
      Key: { pk: 'rate#ada', sk: 'window#send#1800000000000' },
      UpdateExpression:
        'SET #expiresAt = :expiresAt_u0, #UserId = :UserId_u0, #RateClass = :RateClass_u0, ' +
        '#StartsAt = :StartsAt_u0, #__edb_e__ = :__edb_e___u0, #__edb_v__ = :__edb_v___u0 ADD #uses :uses_u0',
      ConditionExpression: 'attribute_not_exists(#uses) OR #uses < :uses0',
      ExpressionAttributeNames: { '#uses': 'Uses', ...names },
      ExpressionAttributeValues: { ':uses0': 20, ':uses_u0': 1, ...values },
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
    expect(end!.Update!.ExpressionAttributeValues).toMatchObject({
      ':status0': 'pending',
      ':status_u0': 'completed',
      ':versionId_u0': 'v1',
    })
    expect(message!.Put).toEqual({
      TableName: 'tabletalk',
      Item: messageItem('0000000000000005', { Kind: 'file', VersionId: 'v1' }),
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

describe('jobs, and the end of a room', () => {
  const key = { pk: 'jobs', sk: `${NOW}-AAAAAAAA` }

  test('AP72 openJobs reads the oldest of the one partition', async () => {
    expect(await sentBy('AP72')).toMatchObject(
      only('Query', { ExpressionAttributeValues: { ':pk': 'jobs' }, Limit: 25, ConsistentRead: true }),
    )
  })

  test('AP73 saveProgress changes a job that is there, and makes none', async () => {
    expect(await sentBy('AP73')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        UpdateExpression: expect.stringMatching(/^SET #cursor = :cursor_u0, .* ADD #done :done_u0 ?$/) as string,
        ConditionExpression: ifThere,
      }),
    )
  })

  test('AP74 finishJob puts the job among those that are done, without its arguments, and deletes it', async () => {
    const Item = { pk: 'jobs-done', sk: key.sk, Kind: 'purgeRoom', Args: '', Done: 5, DoneAt: NOW }
    expect(await sentBy('AP74')).toMatchObject([
      { operation: 'PutItem', input: { Item } },
      { operation: 'DeleteItem', input: { Key: key } },
    ])
  })

  test('AP127 getJob looks among those that are to be done, then among those that are', async () => {
    const sent = await recorded(patterns.AP127, { GetItem: {} })
    expect(sent).toMatchObject([
      { operation: 'GetItem', input: { Key: key, ConsistentRead: true } },
      { operation: 'GetItem', input: { Key: { ...key, pk: 'jobs-done' }, ConsistentRead: true } },
    ])
  })

  test('AP128 noteFailure changes a job that is there, and makes none', async () => {
    expect(await sentBy('AP128')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        ExpressionAttributeValues: { ':error_u0': 'broken' },
        ConditionExpression: ifThere,
      }),
    )
  })

  test('AP129 raiseFirstSeq never lowers it, nor raises it above what comes next', async () => {
    expect(await sentBy('AP129')).toMatchObject(
      only('UpdateItem', {
        Key: { pk: '$tabletalk#chatRoomId_general', sk: '$roster#ChatRoom_1' },
        ConditionExpression: `${ifThere} AND #headSeq >= :headSeq0 AND (attribute_not_exists(#firstSeq) OR #firstSeq < :firstSeq0)`,
      }),
    )
  })

  test('AP130 putAuditedJob puts entry and job in one transaction, if the job is new', async () => {
    expect(await sentBy('AP130')).toMatchObject([
      {
        operation: 'TransactWriteItems',
        input: {
          TransactItems: [
            { Put: { Item: { Action: 'truncate' } } },
            { Put: { Item: { pk: 'jobs', sk: `${NOW}-DDDDDDDD` } } },
          ],
        },
      },
    ])
  })

  test('AP131 deleteMessagesBefore reads a page, empties the guards and deletes the messages', async () => {
    const pk = '$tabletalk#chatRoomId_random'
    const sk = `$Message_1#messageId_${messageIdOf(1)}`
    const of = { ChatRoomId: 'random', MessageId: messageIdOf(1), Kind: 'text', SenderId: 'ada', Content: 'hi' }
    const Items = [{ pk, sk, ...of, Timestamp: NOW, ClientMessageId: 'c1', ...entity('Message') }]
    const sent = await recorded(patterns.AP131, { Query: { Items }, BatchWriteItem: { UnprocessedItems: {} } })
    const emptied = { SenderId: 'ada', ClientMessageId: 'c1', ContentHash: '', expiresAt: NOW / 1_000 + 2_592_000 }
    expect(sent).toMatchObject([
      { operation: 'Query', input: { Limit: 100, ConsistentRead: true } },
      { operation: 'BatchWriteItem', input: { RequestItems: { tabletalk: [{ PutRequest: { Item: emptied } }] } } },
      { operation: 'BatchWriteItem', input: { RequestItems: { tabletalk: [{ DeleteRequest: { Key: { pk, sk } } }] } } },
    ])
  })

  test('AP132 emptyGuards puts them without what was said, for a month', async () => {
    const [sent] = await sentBy('AP132')
    expect(sent).toMatchObject({
      operation: 'BatchWriteItem',
      input: {
        RequestItems: { tabletalk: [{ PutRequest: { Item: { ContentHash: '', MessageId: messageIdOf(1) } } }] },
      },
    })
  })

  test('AP122 putJob makes a job, unless it is there', async () => {
    expect(await sentBy('AP122')).toMatchObject(
      only('PutItem', {
        Item: { pk: 'jobs', sk: `${NOW}-BBBBBBBB`, Kind: 'purgeRoom' },
        ConditionExpression: expect.stringContaining('attribute_not_exists') as string,
      }),
    )
  })

  test('AP75 deletePart reads a page and deletes it, each row after what stands on it', async () => {
    const Items = [{ pk: 'ban#ended', sk: 'user#mal', ChatRoomId: 'ended', UserId: 'mal', ...entity('Ban') }]
    const sent = await recorded(patterns.AP75, { Query: { Items }, BatchWriteItem: { UnprocessedItems: {} } })
    expect(sent).toMatchObject([
      {
        operation: 'Query',
        input: { Limit: 100, ConsistentRead: true, ExpressionAttributeValues: { ':pk': 'ban#ended' } },
      },
      {
        operation: 'BatchWriteItem',
        input: { RequestItems: { tabletalk: [{ DeleteRequest: { Key: { pk: 'ban#ended', sk: 'user#mal' } } }] } },
      },
    ])
  })

  test('AP76 buryRoom changes only a room that was deleted', async () => {
    expect(await sentBy('AP76')).toMatchObject(
      only('UpdateItem', {
        Key: { pk: '$tabletalk#chatRoomId_ended', sk: '$roster#ChatRoom_1' },
        ConditionExpression: `${ifThere} AND contains(#gate, :gate0)`,
      }),
    )
  })
})

describe('the members of a large room', () => {
  const key = { pk: 'members#large', sk: 'count' }

  test('AP82 takePlaces adds to the count while it stays within the limit', async () => {
    const [asked] = await sentBy('AP82')
    expect(asked).toMatchObject({
      operation: 'UpdateItem',
      input: {
        Key: key,
        ConditionExpression: `${ifThere} AND #members <= :members0`,
        ExpressionAttributeValues: { ':members0': 99_999, ':members_u0': 1 },
        ...withOld,
      },
    })
  })

  test('AP83 startCounting makes the counter, and marks the room after that', async () => {
    const sent = await recorded(patterns.AP83, { ...answers, UpdateItem: { Attributes: { Members: 5 } } })
    expect(sent.map(({ operation }) => operation)).toEqual(['UpdateItem', 'UpdateItem'])
    const values = { ':members_u0': 0, ':countedAt_u0': 0, ':shown_u0': 1_000 }
    expect(sent[0]!.input).toMatchObject({ Key: key, ExpressionAttributeValues: values, ReturnValues: 'ALL_NEW' })
    expect(sent[0]!.input.UpdateExpression).toContain('#countedAt = if_not_exists(#countedAt, :countedAt_u0)')
    expect(sent[0]!.input.UpdateExpression).toContain('#shown = if_not_exists(#shown, :shown_u0)')
    expect(sent[1]!.input).toMatchObject({ Key: { sk: '$roster#ChatRoom_1' } })
  })

  test('AP84 endCounting corrects the counter by the difference, unless another count has changed it', async () => {
    expect(await sentBy('AP84')).toMatchObject(
      only('UpdateItem', {
        Key: key,
        ...withOld,
        ConditionExpression: `${ifThere} AND #countedAt = :countedAt0`,
        ExpressionAttributeValues: {
          ':countedAt0': NOW,
          ':members_u0': 2,
          ':countedAt_u0': NOW + 1,
          ':shown_u0': 3,
          ':moves_u0': 0,
        },
      }),
    )
  })

  test('AP160 moveMembers moves the number that is shown, if there is one, and says how often it moved', async () => {
    const [asked, ...others] = await recorded(patterns.AP160, { UpdateItem: { Attributes: { Shown: 9, Moves: 4 } } })
    expect(others).toEqual([])
    expect(asked).toMatchObject({
      operation: 'UpdateItem',
      input: {
        Key: key,
        ConditionExpression: `${ifThere} AND attribute_exists(#shown)`,
        ExpressionAttributeValues: { ':shown_u0': 2, ':moves_u0': 4 },
        ReturnValues: 'ALL_NEW',
      },
    })
  })

  test('AP85 countPage counts a page of the members, consistently', async () => {
    const page = { ConsistentRead: true, Select: 'COUNT', Limit: 1_000 }
    expect(await sentBy('AP85')).toMatchObject(only('Query', page))
    const [second] = await recorded(() => countPage('large', '$roster#Membership_1#userId_m'))
    const ExclusiveStartKey = { pk: '$tabletalk#chatRoomId_large', sk: '$roster#Membership_1#userId_m' }
    expect(second!.input).toMatchObject({ ...page, ExclusiveStartKey })
  })
})

describe('users of the deployment', () => {
  const key = { pk: 'user#mal', sk: 'profile' }

  test('AP77 standingOfUser reads what it needs, consistently', async () => {
    expect(await sentBy('AP77')).toMatchObject(only('GetItem', { Key: key, ConsistentRead: true }))
  })

  test('AP78 setBlocked writes whether or not there is a row, and takes the end away by undefined', async () => {
    const noted = { Key: key, UpdateExpression: expect.stringContaining('#blockedUntil = :blockedUntil_u0') as string }
    expect(await sentBy('AP78')).toMatchObject(only('UpdateItem', noted))
    expect((await sentBy('AP78'))[0]!.input.ConditionExpression).toBe('attribute_not_exists(#erasedAt)')
    expect(await recorded(() => setBlocked('mal', undefined, { by: 'shop', at: NOW }))).toMatchObject(
      only('UpdateItem', { UpdateExpression: expect.stringContaining('REMOVE #blockedUntil') as string }),
    )
  })

  test('AP157 noteAdmin writes whether or not there is a row, but not of who was erased', async () => {
    const noted = { Key: key, UpdateExpression: expect.stringContaining('#admin = :admin_u0') as string }
    expect(await sentBy('AP157')).toMatchObject(only('UpdateItem', noted))
    expect((await sentBy('AP157'))[0]!.input.ConditionExpression).toBe('attribute_not_exists(#erasedAt)')
    expect(await recorded(() => noteAdmin('mal', false))).toMatchObject(
      only('UpdateItem', { UpdateExpression: expect.stringContaining('REMOVE #admin') as string }),
    )
  })

  test('AP151 bannedAmong asks consistently, and for nothing but the ban', async () => {
    const Keys = ['ada', 'mal'].map((userId) => ({ pk: `user#${userId}`, sk: 'profile' }))
    const row = (UserId: string, more: object) => ({ UserId, ...more, ...entity('User') })
    const Responses = { tabletalk: [row('ada', { BlockedUntil: NOW }), row('mal', { BlockedUntil: NOW + 1 })] }
    const asked = await recorded(
      async () => {
        expect(await bannedAmong(['ada', 'mal'], NOW)).toEqual(new Set(['mal']))
      },
      { BatchGetItem: { Responses } },
    )
    expect(asked).toMatchObject([{ operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys } } } }])
    const { tabletalk } = asked[0]!.input.RequestItems as { tabletalk: Record<string, unknown> }
    expect(tabletalk).toMatchObject({
      ConsistentRead: true,
      ProjectionExpression: expect.stringContaining('#BlockedUntil') as string,
    })
  })

  test('AP123 getProfiles reads up to 100 in one request that need not be consistent, and no bans', async () => {
    const asked = await sentBy('AP123')
    const Keys = ['ada', 'bob'].map((userId) => ({ pk: `user#${userId}`, sk: 'profile' }))
    expect(asked).toMatchObject([{ operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { Keys } } } }])
    const { tabletalk } = asked[0]!.input.RequestItems as { tabletalk: Record<string, unknown> }
    expect(tabletalk.ConsistentRead).toBeUndefined()
    const row = (UserId: string, more: object) => ({
      pk: `user#${UserId}`,
      sk: 'profile',
      UserId,
      ...more,
      ...entity('User'),
    })
    const Responses = {
      tabletalk: [row('ada', { Name: 'Ada', UpdatedAt: NOW }), row('bob', { BlockedUntil: NOW })],
    }
    let found = new Map<string, unknown>()
    await recorded(async () => (found = await getProfiles(['ada', 'bob'])), { BatchGetItem: { Responses } })
    expect([...found]).toEqual([['ada', { userId: 'ada', name: 'Ada', updatedAt: NOW }]])
  })

  test('AP124 changeProfile leaves what is not named', async () => {
    const change = { Key: { pk: 'user#ada', sk: 'profile' }, ReturnValues: 'ALL_NEW' }
    expect(await sentBy('AP124')).toMatchObject(only('UpdateItem', change))
    const { input } = (await sentBy('AP124'))[0]!
    expect(input.ConditionExpression).toBe('attribute_not_exists(#erasedAt)')
    expect(input.UpdateExpression).toContain('REMOVE #imageUrl')
    expect(input.UpdateExpression).not.toContain('etadata')
  })

  test('AP125 makeProfile writes where there is no profile', async () => {
    const condition = expect.stringContaining('attribute_not_exists(#updatedAt)') as string
    expect(await sentBy('AP125')).toMatchObject(only('UpdateItem', { Key: key, ConditionExpression: condition }))
  })

  test('AP79 connectionsOfUser reads the user’s own partition, and leaves out what has expired', async () => {
    const place = (id: string, expiresAt: number) => {
      return { pk: 'user#ada', sk: `connection#${id}`, expiresAt, ...entity('UserConnection') }
    }
    const Items = [place('a=', EXPIRES_AT), place('b=', NOW / 1_000)]
    expect(await sentBy('AP79')).toMatchObject(
      only('Query', {
        ExpressionAttributeValues: { ':pk': 'user#ada', ':sk1': 'connection#' },
        ConsistentRead: true,
      }),
    )
    let found: string[] = []
    await recorded(async () => (found = await connectionsOfUser('ada', NOW)), { Query: { Items } })
    expect(found).toEqual(['a='])
  })

  test('AP81 requestClose changes a connection that is there, and makes none', async () => {
    expect(await sentBy('AP81')).toMatchObject(
      only('UpdateItem', {
        Key: { pk: `$tabletalk#connectionId_${LX}`, sk: '$Connection_1' },
        ConditionExpression: ifThere,
      }),
    )
  })
})

/** ElectroDB's parameters for the same operation, written as in its documentation. */
const plain: [Pattern, Record<string, unknown>][] = [
  ['AP2', Connection.delete({ connectionId: LX }).params()],
  ['AP8', Membership.get({ chatRoomId: 'general', userId: 'ada' }).params({ consistent: true })],
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

test('only lists of public rooms and of invites read the index: nobody’s access or delivery depends on it', async () => {
  const onIndex: string[] = []
  for (const pattern of Object.keys(patterns) as Pattern[]) {
    if ((await sentBy(pattern)).some(({ input }) => input.IndexName !== undefined)) onIndex.push(pattern)
  }
  expect(onIndex).toEqual(['AP52', 'AP63'])
})

/** Profiles, and who is online: nobody's access or delivery depends on them. */
const MAY_LAG: Pattern[] = ['AP123', 'AP142', 'AP143']

test('every read of the table is consistent, but those of profiles and who is online; only the erasure of users scans', async () => {
  const reads = /^(GetItem|BatchGetItem|Query|Scan)$/
  for (const pattern of Object.keys(patterns) as Pattern[]) {
    if (pattern === 'AP146') continue
    for (const { operation, input } of await sentBy(pattern)) {
      if (!reads.test(operation) || input.IndexName !== undefined) continue
      const [batch] = Object.values(input.RequestItems ?? {}) as Record<string, unknown>[]
      expect([pattern, operation, (batch ?? input).ConsistentRead]).toEqual([
        pattern,
        expect.not.stringMatching('Scan'),
        MAY_LAG.includes(pattern) ? undefined : true,
      ])
    }
  }
})

describe('the erasure of users', () => {
  test('AP144 startErasure puts the record in place of the profile, a row for who stands for them, and the job, in one transaction', async () => {
    const record = { pk: 'user#zed', sk: 'profile', ErasedAt: NOW, Erasure: 'delete', ErasedAs: 'erased-1' }
    const BlockedUntil = 8_640_000_000_000_000
    const Item = { ...record, BlockedUntil, BlockedBy: 'shop' }
    const nobody = { pk: 'user#erased-1', sk: 'profile', ErasedAt: NOW, BlockedUntil }
    expect(await sentBy('AP144')).toMatchObject([
      {
        operation: 'TransactWriteItems',
        input: { TransactItems: [{ Put: { Item } }, { Put: { Item: nobody } }, { Put: { Item: { pk: 'jobs' } } }] },
      },
    ])
  })

  test('AP145 erasuresOf reads up to 100 records consistently in one request', async () => {
    const sent = await recorded(patterns.AP145, { BatchGetItem: { Responses: {} } })
    expect(sent).toMatchObject([
      { operation: 'BatchGetItem', input: { RequestItems: { tabletalk: { ConsistentRead: true } } } },
    ])
  })

  test('AP146 scanRows reads a page of a part of the table, not consistently', async () => {
    expect(await sentBy('AP146')).toEqual(only('Scan', { Segment: 0, TotalSegments: 4, Limit: 10 }))
  })

  test('AP147 deleteRow deletes any row', async () => {
    expect(await sentBy('AP147')).toEqual(only('DeleteItem', { Key: { pk: 'block#bob', sk: 'user#mal' } }))
  })

  test('AP148 changeRow changes what is as it was read, and makes no row', async () => {
    expect(await sentBy('AP148')).toEqual(
      only('UpdateItem', {
        Key: { pk: `invite#${invite.invite}`, sk: 'invite' },
        UpdateExpression: 'SET #0 = :new0',
        ConditionExpression: '#0 = :old0',
        ExpressionAttributeNames: { '#0': 'By' },
        ExpressionAttributeValues: { ':old0': 'ada', ':new0': 'erased-1' },
      }),
    )
  })

  test('AP149 forgetMessage writes the row anew, while it is the version that it was', async () => {
    const key = { pk: '$tabletalk#chatRoomId_general', sk: `$Message_1#messageId_${messageIdOf(1)}` }
    const of = { ChatRoomId: 'general', MessageId: messageIdOf(1), SenderId: 'ada', Timestamp: NOW }
    const Item = { ...key, ...of, Kind: 'text', Content: 'hello', ClientMessageId: 'c1', ...entity('Message') }
    const sent = await recorded(patterns.AP149, { GetItem: { Item } })
    const ConditionExpression = '#kind = :kind0 AND attribute_not_exists(#version)'
    expect(sent).toMatchObject([
      { operation: 'GetItem', input: { ConsistentRead: true } },
      { operation: 'PutItem', input: { Item: { SenderId: 'erased-1', Kind: 'deleted' }, ConditionExpression } },
    ])
    const [, put] = sent as unknown as [unknown, { input: { Item: object } }]
    expect(JSON.stringify(put.input.Item)).not.toMatch(/ada|hello|c1"/)
  })
})
