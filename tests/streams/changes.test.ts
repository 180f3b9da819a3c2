import '../support/own-table.ts'
import { describe, expect, test } from 'vitest'
import { Present, type PresentRow, presentKey } from '../../src/entities/present.ts'
import { Session } from '../../src/entities/session.ts'
import { RoomState } from '../../src/entities/room-state.ts'
import { changeOf } from '../../src/streams/changes.ts'
import {
  auditEntry,
  auditRecord,
  connection,
  connectionRecord,
  type Image,
  imageOf,
  membership,
  membershipRecord,
  message,
  messageImage,
  messageRecord,
  recordOf,
  typingRecord,
} from './records.ts'

test.each(['text', 'broadcast'] as const)('a new %s is a message', (kind) => {
  const row = message('general', 7, { kind, clientMessageId: 'c1', originConnectionId: 'x=' })
  expect(changeOf(recordOf('INSERT', messageImage(row)))).toEqual({ type: 'messageKept', message: row })
})

test.each(['file', 'hole'] as const)('a new %s is not delivered by the stream', (kind) => {
  expect(changeOf(messageRecord('general', 7, { kind }))).toBeUndefined()
})

test.each(['MODIFY', 'REMOVE'] as const)('a message is delivered once: not at %s', (eventName) => {
  expect(changeOf(recordOf(eventName, messageImage(message('general', 7))))).toBeUndefined()
})

test.each(['INSERT', 'MODIFY'] as const)('typing is delivered at %s', (eventName) => {
  const row = { chatRoomId: 'general', userId: 'ada', isTyping: true, until: 1_800_000_008_000 }
  expect(changeOf(typingRecord(eventName, row))).toMatchObject({ type: 'typingChanged', typing: row })
})

test('typing that TTL removes is not delivered', () => {
  const row = { chatRoomId: 'general', userId: 'ada', isTyping: true, until: 1_800_000_008_000 }
  expect(changeOf(typingRecord('REMOVE', row))).toBeUndefined()
})

test('a membership comes and goes, and a change of it is neither', () => {
  const row = membership('general', 'bob', { originConnectionId: 'c1' })
  expect(changeOf(membershipRecord('INSERT', row))).toEqual({ type: 'memberAdded', membership: row })
  expect(changeOf(membershipRecord('REMOVE', row))).toEqual({ type: 'memberRemoved', membership: row })
  expect(changeOf(membershipRecord('MODIFY', row))).toBeUndefined()
})

test('a connection is of interest when it is gone', () => {
  const row = connection('Lx9bcfQkIAMCEAA=', 'ada')
  expect(changeOf(connectionRecord('REMOVE', row))).toEqual({ type: 'connectionRemoved', connection: row })
  expect(changeOf(connectionRecord('INSERT', row))).toBeUndefined()
})

test('an entry of the audit log is noted when it is new', () => {
  const row = auditEntry('general', 'ban', { userId: 'mal', until: 1_800_000_008_000, reason: 'spam' })
  const { dynamodb } = auditRecord(row)
  expect(changeOf(auditRecord(row))).toEqual({ type: 'auditNoted', entry: row })
  expect(changeOf(recordOf('REMOVE', dynamodb!.NewImage as Image))).toBeUndefined()
})

test.each(['ChatRoomId', 'Action', 'By', 'At'])('an entry of the audit log without its %s is thrown', (attribute) => {
  const image = auditRecord(auditEntry('general', 'kick', { userId: 'mal' })).dynamodb!.NewImage as Image
  delete image[attribute]
  expect(() => changeOf(recordOf('INSERT', image))).toThrow('unable to read the record; it has no ')
})

test.each([
  ['an entity from elsewhere', { __edb_e__: { S: 'Invoice' } }],
  ['an item without an entity', {}],
])('%s means nothing here', (_, image) => {
  expect(changeOf(recordOf('INSERT', { pk: { S: 'p' }, sk: { S: 's' }, ...image }))).toBeUndefined()
})

test('a record without an image means nothing here', () => {
  expect(changeOf({ eventName: 'INSERT', dynamodb: {} })).toBeUndefined()
})

/** Returns the image of a valid message without one attribute, or with another value for it. */
const spoiled = (attribute: string, value?: Image[string]): Image => {
  const image = messageImage(message('general', 7))
  delete image[attribute]
  return value === undefined ? image : { ...image, [attribute]: value }
}

test.each([
  ['no sender', spoiled('SenderId'), 'it has no senderId (string)'],
  ['no content', spoiled('Content'), 'it has no content (string)'],
  ['no timestamp', spoiled('Timestamp'), 'it has no timestamp (number)'],
  ['a content that is no text', spoiled('Content', { N: '5' }), 'it has no content (string)'],
  ['a time that is no number', spoiled('Timestamp', { S: 'now' }), 'it has no timestamp (number)'],
  ['an id that is no number', spoiled('MessageId', { S: 'x' }), 'its messageId is no seq'],
])('a message with %s is not passed over but thrown', (_, image, problem) => {
  expect(() => changeOf(recordOf('INSERT', image))).toThrow(`unable to read the record; ${problem}`)
})

const stateRow = (more: object = {}) => ({ partition: 'state#ada', place: 'general', readSeq: 7, readAt: 9, ...more })
const stateImage = (more: object = {}) => imageOf(RoomState.put(stateRow(more)))

/** Returns the change of a state from one image to another. */
const stateChanged = (image: Image, old?: Image) => {
  const record = recordOf(old === undefined ? 'INSERT' : 'MODIFY', image)
  return { ...record, dynamodb: { ...record.dynamodb, ...(old === undefined ? {} : { OldImage: old }) } }
}

test('a marker that moves, in either direction, is told with where it was', () => {
  const about = { userId: 'ada', chatRoomId: 'general', isPrivate: false, originConnectionId: undefined }
  expect(changeOf(stateChanged(stateImage()))).toEqual({
    type: 'markerMoved',
    move: { ...about, seq: 7, at: 9, before: 0 },
  })
  expect(changeOf(stateChanged(stateImage({ readSeq: 2, private: true }), stateImage()))).toEqual({
    type: 'markerMoved',
    move: { ...about, seq: 2, at: 9, before: 7, isPrivate: true },
  })
  const thread = stateImage({ place: 'general#0000000000000003', originConnectionId: 'c=' })
  expect(changeOf(stateChanged(thread))).toMatchObject({
    move: { chatRoomId: 'general', threadId: '0000000000000003', originConnectionId: 'c=' },
  })
})

test('a choice of what wakes a user is told, with the marker as it is', () => {
  const none = { notify: 'none', notifyAt: 11 } as const
  const about = { userId: 'ada', chatRoomId: 'general', isPrivate: false, originConnectionId: undefined }
  const chosen = { level: 'none', levelAt: 11 }
  expect(changeOf(stateChanged(stateImage({ ...none, notifyUntil: 99 }), stateImage()))).toEqual({
    type: 'markerMoved',
    move: { ...about, seq: 7, at: 9, before: 7, chosen: { ...chosen, until: 99 } },
  })
  const alone = imageOf(RoomState.put({ partition: 'state#ada', place: 'general', ...none }))
  expect(changeOf(stateChanged(alone))).toMatchObject({ move: { seq: 0, at: 0, before: 0, chosen } })
})

test('a state whose marker is where it was, or that is gone, means nothing here', () => {
  expect(changeOf(stateChanged(stateImage({ readAt: 10 }), stateImage()))).toBeUndefined()
  expect(changeOf(recordOf('REMOVE', stateImage()))).toBeUndefined()
})

test('a marker without its moment is thrown', () => {
  const image = stateImage()
  delete image.ReadAt
  expect(() => changeOf(stateChanged(image))).toThrow('unable to read the record; it has no readAt (number)')
})

describe('a presence', () => {
  const about = { chatRoomId: 'general', userId: 'ada', connectionId: 'Lx9bcfQkIAMCEAA=' }
  const row = (more: Partial<PresentRow> = {}) => ({
    ...presentKey(about),
    ...{ since: 1_000, changedAt: 1_000, until: 301_000, joinId: 'join-1', session: '00#s', expiresAt: 302 },
    ...more,
  })
  const image = (more?: Partial<PresentRow>) => imageOf(Present.put(row(more)))
  const changed = (how: string, more?: Partial<PresentRow>) => ({
    type: 'presenceChanged',
    chatRoomId: 'general',
    userId: 'ada',
    row: row(more),
    how,
  })

  test('comes, shows something else, and goes', () => {
    expect(changeOf(recordOf('INSERT', image()))).toEqual(changed('entered'))
    const other = { data: '{"at":"end"}', changedAt: 2_000 }
    expect(changeOf(recordOf('MODIFY', image(other), image()))).toEqual(changed('changed', other))
    expect(changeOf(recordOf('REMOVE', image({ renewedAt: 5 })))).toEqual(changed('left', { renewedAt: 5 }))
  })

  test('that is renewed means nothing, and one that comes back after its end has come', () => {
    const renewed = image({ until: 421_000, renewedAt: 121_000 })
    expect(changeOf(recordOf('MODIFY', renewed, image()))).toBeUndefined()
    const again = { since: 301_000, changedAt: 301_000, until: 601_000 }
    expect(changeOf(recordOf('MODIFY', image(again), image()))).toEqual(changed('entered', again))
  })

  test.each(['Since', 'Until', 'JoinId', 'Session'])('without its %s is thrown', (attribute) => {
    const broken = image()
    delete broken[attribute]
    expect(() => changeOf(recordOf('INSERT', broken))).toThrow('unable to read the record; it has no ')
  })
})

test('a session begins and ends, and goes on with another connection', () => {
  const row = { userId: 'ada', sessionKey: 'tab-1', connectionId: 'c=', syncedAt: 1, expiresAt: 9 }
  const image = imageOf(Session.put(row))
  const session = expect.objectContaining(row) as unknown
  expect(changeOf(recordOf('INSERT', image))).toEqual({ type: 'sessionChanged', session, began: true })
  expect(changeOf(recordOf('REMOVE', image))).toEqual({ type: 'sessionChanged', session, began: false })
  expect(changeOf(recordOf('MODIFY', image))).toBeUndefined()
})
