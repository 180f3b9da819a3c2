import { describe, expect, test } from 'vitest'
import type { MessageEvent } from '../../client/index.ts'
import type { Pending } from '../../client/react/index.ts'
import type { Note } from '../../web/src/state/notes.ts'
import { chunksOf, heightOf, isSameChunk } from '../../web/src/text/chunks.ts'
import { type Row, rowsOf } from '../../web/src/text/rows.ts'
import { messageEvent } from '../support/message-event.ts'

const MINUTE = 60_000
const noon = new Date(2026, 2, 14, 12).getTime()

const message = (seq: number, senderId: string, timestamp: number, more: Partial<MessageEvent> = {}) =>
  messageEvent('general', seq, { senderId, content: `${senderId} ${seq}`, timestamp, ...more })

const pending = (id: string): Pending => ({
  clientMessageId: id,
  content: id,
  state: 'sending',
  extras: {},
  error: undefined,
  retry: () => {},
  discard: () => {},
})
const note = (timestamp: number): Note => ({ id: `note-${timestamp}`, userId: 'eve', what: 'joined', timestamp })

const rows = (
  messages: MessageEvent[],
  {
    pending = [],
    notes = [],
    ...view
  }: { pending?: Pending[]; notes?: Note[]; newAfter?: number; hasOlder?: boolean } = {},
) => rowsOf({ messages, unsent: pending, notes }, { userId: 'me', newAfter: undefined, now: noon, ...view })

/** Returns `day`, `unread`, `note`, or the sender with the texts: `bob: 1 2`. */
const shown = (list: Row[]): string[] =>
  list.map((row) => {
    if (row.kind !== 'group') return row.kind
    return `${row.senderId}: ${row.items.map((item) => ('message' in item ? item.message.seq : item.pending.clientMessageId)).join(' ')}`
  })

describe('groups', () => {
  test('hold what one person says within five minutes of the message before', () => {
    const spoken = [0, 4, 8.9, 14].map((minutes, index) => message(index + 1, 'bob', noon + minutes * MINUTE))
    expect(shown(rows(spoken))).toEqual(['day', 'bob: 1 2 3', 'bob: 4'])
  })

  test('end when somebody else speaks', () => {
    const spoken = ['bob', 'me', 'bob', 'bob'].map((senderId, index) => message(index + 1, senderId, noon))
    const list = rows(spoken)
    expect(shown(list)).toEqual(['day', 'bob: 1', 'me: 2', 'bob: 3 4'])
    expect(list.map((row) => row.kind === 'group' && row.isOwn)).toEqual([false, false, true, false])
  })
})

test('a group ends with its span of 64 numbers, however much one person says in a row', () => {
  const spoken = Array.from({ length: 130 }, (_, index) => message(index + 1, 'bob', noon + index))
  const groups = rows(spoken).flatMap((row) => (row.kind === 'group' ? [row] : []))
  expect(groups.map(({ items }) => items.length)).toEqual([63, 64, 3])
  const own = rows([message(63, 'me', noon)], { pending: [pending('a')] })
  expect(shown(own)).toEqual(['day', 'me: 63 a'])
})

describe('days', () => {
  test('begin with a line, each once', () => {
    const midnight = new Date(2026, 2, 15).getTime()
    const spoken = [
      message(1, 'bob', midnight - 2 * MINUTE),
      message(2, 'bob', midnight - 1),
      message(3, 'bob', midnight),
      message(4, 'bob', midnight + MINUTE),
    ]
    expect(shown(rows(spoken))).toEqual(['day', 'bob: 1 2', 'day', 'bob: 3 4'])
  })

  test('never begin again when clocks differ a little at midnight', () => {
    const midnight = new Date(2026, 2, 15).getTime()
    const list = rows([
      message(1, 'bob', midnight + 5),
      message(2, 'eve', midnight - 5),
      message(3, 'bob', midnight + 9),
    ])
    expect(shown(list)).toEqual(['day', 'bob: 1', 'eve: 2', 'bob: 3'])
    expect(new Set(list.map(({ key }) => key)).size).toBe(list.length)
  })
})

describe('the line "New messages"', () => {
  const spoken = [message(1, 'bob', noon), message(2, 'me', noon), message(3, 'bob', noon), message(4, 'bob', noon)]

  test('is before the first unread message of somebody else', () => {
    expect(shown(rows(spoken, { newAfter: 1 }))).toEqual(['day', 'bob: 1', 'me: 2', 'unread', 'bob: 3 4'])
  })

  test('parts a group', () => {
    expect(shown(rows(spoken, { newAfter: 3 }))).toEqual(['day', 'bob: 1', 'me: 2', 'bob: 3', 'unread', 'bob: 4'])
  })

  test('is not there when all has been read', () => {
    expect(shown(rows(spoken, { newAfter: 4 }))).not.toContain('unread')
  })

  test('is not there while the first new message may be on a page before', () => {
    const later = spoken.slice(2)
    expect(shown(rows(later, { newAfter: 1, hasOlder: true }))).not.toContain('unread')
    expect(shown(rows(later, { newAfter: 1 }))).toContain('unread')
    expect(shown(rows(later, { newAfter: 2, hasOlder: true }))).toContain('unread')
    expect(shown(rows(spoken))).not.toContain('unread')
  })
})

describe('notes', () => {
  test('stand between the messages, by their time', () => {
    const spoken = [message(1, 'bob', noon), message(2, 'bob', noon + MINUTE)]
    expect(shown(rows(spoken, { notes: [note(noon + 1), note(noon + 2 * MINUTE)] }))).toEqual([
      ...['day', 'bob: 1', 'note', 'bob: 2', 'note'],
    ])
  })

  test('of a time before the first message are not shown: they would be in the wrong place', () => {
    expect(shown(rows([message(1, 'bob', noon)], { notes: [note(noon - 1)] }))).toEqual(['day', 'bob: 1'])
  })
})

describe('messages on their way', () => {
  test('come last, in a group with what was said just before', () => {
    const list = rows([message(1, 'me', noon - MINUTE)], { pending: [pending('a'), pending('b')] })
    expect(shown(list)).toEqual(['day', 'me: 1 a b'])
  })

  test('are shown once when they have arrived, under the same key', () => {
    const own = pending('a')
    const keysOf = (list: Row[]) => list.flatMap((row) => (row.kind === 'group' ? row.items.map(({ key }) => key) : []))
    const arrived = message(1, 'me', noon, { clientMessageId: 'a' })
    expect(shown(rows([arrived], { pending: [own] }))).toEqual(['day', 'me: 1'])
    expect(keysOf(rows([arrived]))).toEqual(keysOf(rows([], { pending: [own] })))
  })

  test('of somebody else with the same id are another', () => {
    const arrived = message(1, 'bob', noon, { clientMessageId: 'a' })
    const list = rows([arrived, message(2, 'me', noon, { clientMessageId: 'a' })])
    expect(new Set(list.map(({ key }) => key)).size).toBe(list.length)
  })
})

describe('chunks', () => {
  const spoken = Array.from({ length: 400 }, (_, index) =>
    message(index + 1, index % 3 ? 'bob' : 'me', noon + index * MINUTE),
  )
  const chunks = (messages: MessageEvent[], more: Parameters<typeof rows>[1] = {}) => chunksOf(rows(messages, more))

  test('hold all rows, each once and in order', () => {
    const more = { notes: [note(noon + 1), note(noon + 900 * MINUTE)], pending: [pending('a')], newAfter: 200 }
    expect(chunks(spoken, more).flatMap((chunk) => chunk.rows)).toEqual(rows(spoken, more))
    expect(chunks([], { notes: [note(noon)] }).flatMap((chunk) => shown(chunk.rows))).toEqual(['day', 'note'])
    expect(chunks([], { pending: [pending('a')] }).flatMap((chunk) => shown(chunk.rows))).toEqual(['day', 'me: a'])
    expect(chunks([])).toEqual([])
  })

  test('stay as they are when an older page comes, or a message, but for the first and the last', () => {
    const before = chunks(spoken.slice(100, 399))
    const after = chunks(spoken.slice(50))
    const same = before.filter((chunk) => after.some((other) => isSameChunk(chunk, other)))
    expect(before.length).toBeGreaterThan(4)
    expect(same).toEqual(before.slice(1, -1))
    expect(new Set(after.map(({ key }) => key)).size).toBe(after.length)
  })

  test('keep their keys when an older page comes of what one person said in a row', () => {
    const monologue = Array.from({ length: 400 }, (_, index) => message(index + 1, 'bob', noon + index))
    const before = chunks(monologue.slice(100))
    const after = chunks(monologue.slice(50))
    expect(before.length).toBe(6)
    expect(after.map(({ key }) => key).slice(-6)).toEqual(before.map(({ key }) => key))
    expect(after.slice(-5).every((chunk, index) => isSameChunk(chunk, before[index + 1]!))).toBe(true)
  })

  test('are taken to be as high as they have messages, whoever said them', () => {
    const [one, many] = [1, 64].map((count) =>
      heightOf({ key: 'chunk', rows: rows(spoken.slice(0, count).map((each) => ({ ...each, senderId: 'bob' }))) }),
    )
    expect(many! / one!).toBeGreaterThan(20)
  })
})
