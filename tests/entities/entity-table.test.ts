import { expect, test } from 'vitest'
import { Audit } from '../../src/entities/audit.ts'
import { Ban } from '../../src/entities/ban.ts'
import { Block } from '../../src/entities/block.ts'
import { Change, ChangeHead } from '../../src/entities/change.ts'
import { ChatRoomDetails } from '../../src/entities/chat-room-details.ts'
import { ChatRoom } from '../../src/entities/chat-room.ts'
import { Connection } from '../../src/entities/connection.ts'
import { FanOutTask } from '../../src/entities/fan-out-task.ts'
import { Invite } from '../../src/entities/invite.ts'
import { Job, jobItem } from '../../src/entities/job.ts'
import { Membership } from '../../src/entities/membership.ts'
import { Mention } from '../../src/entities/mention.ts'
import { Posting, postingKey } from '../../src/entities/posting.ts'
import { Message } from '../../src/entities/message.ts'
import { PendingUpload } from '../../src/entities/pending-upload.ts'
import { Reaction } from '../../src/entities/reaction.ts'
import { Present, presentKey } from '../../src/entities/present.ts'
import { RateWindow } from '../../src/entities/rate-window.ts'
import { RoomSize } from '../../src/entities/room-size.ts'
import { RoomState, stateKey } from '../../src/entities/room-state.ts'
import { SendGuard } from '../../src/entities/send-guard.ts'
import { Session } from '../../src/entities/session.ts'
import { SlowMode } from '../../src/entities/slow-mode.ts'
import { placeOf, Subscription, subscriptionItem } from '../../src/entities/subscription.ts'
import { ThreadReply } from '../../src/entities/thread-reply.ts'
import { Typing } from '../../src/entities/typing.ts'
import { Upload } from '../../src/entities/upload.ts'
import { UserConnection, userConnectionKey } from '../../src/entities/user-connection.ts'
import { User } from '../../src/entities/user.ts'
import { UserRoom, userRoomOf } from '../../src/entities/user-room.ts'
import { expectDocumented } from '../support/documented.ts'
import { sources } from './pattern-list.ts'

interface Attribute {
  field: string
  type: unknown
  required?: boolean
}

interface AnyEntity {
  schema: {
    model: { entity: string }
    attributes: Record<string, Attribute>
    indexes: Record<
      string,
      { index?: string; pk: { composite: readonly string[] }; sk: { composite: readonly string[] } }
    >
  }
  put(item: object): { params(): unknown }
}

const entities = [
  Connection,
  ChatRoom,
  ChatRoomDetails,
  Membership,
  Message,
  Subscription,
  Typing,
  SendGuard,
  Upload,
  RateWindow,
  FanOutTask,
  Session,
  UserRoom,
  PendingUpload,
  Ban,
  Block,
  Invite,
  Audit,
  SlowMode,
  RoomSize,
  Job,
  User,
  UserConnection,
  ChangeHead,
  Change,
  RoomState,
  Reaction,
  ThreadReply,
  Mention,
  Posting,
  Present,
] as unknown as AnyEntity[]

/** How the document writes values whose form matters. Any other value is `<Field>`. */
const shown: Record<string, string> = { MessageId: '<16 digits>', EntryId: '<13 digits of At>-<random>' }

/** Attributes that are keys of the index themselves. */
const inIndex: Record<string, Record<string, string>> = {
  ChatRoomDetails: { listed: 'public', listedAs: '<RoomName, NFKC and lower case>#<ChatRoomId>' },
  Invite: { ofRoom: 'invites#<ChatRoomId>', place: '<CreatedAt>#<Invite>' },
}

/** Entities whose attributes are the keys themselves: what identifies a row, and an example item. */
const verbatim: Record<string, { presented: string; item: object }> = {
  UserRoom: {
    presented: 'UserId + ChatRoomId',
    item: userRoomOf({ userId: '<UserId>', chatRoomId: '<ChatRoomId>', joinId: '<JoinId>' }),
  },
  Job: {
    presented: 'jobs + JobId',
    item: { ...jobItem('purgeRoom', {}, 0), jobId: '<13 digits of CreatedAt>-<random>' },
  },
  UserConnection: {
    presented: 'UserId + ConnectionId',
    item: { ...userConnectionKey({ userId: '<UserId>', connectionId: '<ConnectionId>' }), expiresAt: 1 },
  },
  Change: {
    presented: 'ChatRoomId + Rev',
    item: {
      ...{ partition: 'changes#<ChatRoomId>', place: '<Rev, 16 digits>', what: 'm', id: '<Id>', expiresAt: 1 },
    },
  },
  RoomState: {
    presented: 'UserId + ChatRoomId + ThreadId',
    item: {
      ...stateKey({ userId: '<UserId>', chatRoomId: '<ChatRoomId>' }),
      place: '<ChatRoomId>, or <ChatRoomId>#<16 digits>',
    },
  },
  Posting: {
    presented: 'ChatRoomId + thousand + word',
    item: {
      ...postingKey({ chatRoomId: '<ChatRoomId>', thousand: 0, word: 'wo' }),
      ...{ partition: 'search#<ChatRoomId>#<2 characters>', place: '<thousand>#<word>', seqs: [1] },
    },
  },
  Present: {
    presented: 'ChatRoomId + UserId + ConnectionId',
    item: {
      ...presentKey({ chatRoomId: '<ChatRoomId>', userId: '<UserId>', connectionId: '<ConnectionId>' }),
      ...{ since: 1, changedAt: 1, until: 1, joinId: 'j', session: 's', expiresAt: 1 },
    },
  },
  Subscription: {
    presented: 'ChatRoomId + session',
    item: {
      ...subscriptionItem(
        { userId: '<UserId>', sessionKey: 's', connectionId: '<ConnectionId>', expiresAt: 1 },
        { chatRoomId: '<ChatRoomId>', joinId: '<JoinId>' },
      ),
      place: '<2 hex digits>#<id of the session>, or !<JoinId> when it has ended',
    },
  },
}

/** Stands for a value in a key for which ElectroDB accepts no text. */
const NUMBER = 4_711

function exampleOf({ field, type }: Attribute, isInKey: boolean): unknown {
  if (Array.isArray(type)) return type[0]
  if (type === 'number') return NUMBER
  if (type === 'boolean') return true
  if (type === 'list') return []
  return (isInKey ? shown[field] : undefined) ?? `<${field}>`
}

function rowOf(entity: AnyEntity) {
  const { model, attributes, indexes } = entity.schema
  const primary = Object.values(indexes).find(({ index }) => index === undefined)!
  const composite = [...primary.pk.composite, ...primary.sk.composite]
  const item = Object.entries(attributes).map(([name, attribute]) => [
    name,
    exampleOf(attribute, composite.includes(name)),
  ])
  const { presented, item: example } = verbatim[model.entity] ?? {}
  const row = example ?? { ...(Object.fromEntries(item) as object), ...inIndex[model.entity] }
  const { Item } = entity.put(row).params() as {
    Item: Record<string, unknown>
  }
  const code = (key: string) => {
    const number = composite.find((name) => attributes[name]!.type === 'number')
    const text = String(Item[key])
    return `\`${number === undefined ? text : text.replace(String(NUMBER), `<${attributes[number]!.field}>`)}\``
  }
  return {
    Entity: model.entity,
    'Presented key': presented ?? composite.map((name) => attributes[name]!.field).join(' + '),
    '`pk`': code('pk'),
    '`sk`': code('sk'),
    '`gsi1pk`, `gsi1sk`': 'gsi1pk' in Item ? `${code('gsi1pk')}, ${code('gsi1sk')}` : '',
    'Attributes as stored': Object.values(attributes)
      .filter(({ field }) => !/^(gsi1)?[ps]k$/.test(field))
      .map(({ field, required }) => (required ? field : `${field}?`))
      .join(', '),
  }
}

test('the document has the keys and attributes of every entity', () => {
  const rows = entities.map(rowOf)
  expectDocumented('entities', rows)
})

test('every entity is in that table', () => {
  const named = sources().flatMap((source) =>
    [...source.matchAll(/model: \{ entity: '(\w+)'/g)].map(([, name]) => name),
  )
  expect(entities.map(({ schema }) => schema.model.entity).sort()).toEqual(named.sort())
})

test('a subscription’s key begins with two hex digits, and ends with the session’s id', () => {
  const session = { userId: 'ada', sessionKey: 'tab', connectionId: 'c=' }
  expect(placeOf(session)).toMatch(/^[0-9a-f]{2}#[\w-]{22}$/)
  expect(placeOf({ ...session, sessionKey: 'c=' })).toMatch(/^[0-9a-f]{2}#c=$/)
})
