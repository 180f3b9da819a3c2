import { describe, expect, test } from 'vitest'
import type { RoomDetails } from '../../client/index.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { Pages } from '../../web/src/state/pages.ts'
import { hashOf, routeFrom } from '../../web/src/state/route.ts'
import { auditPhrase } from '../../web/src/text/audit-phrase.ts'
import { inviteIn } from '../../web/src/text/invite-link.ts'
import { namesIn } from '../../web/src/text/names-in.ts'
import { removalSentence } from '../../web/src/text/removal-words.ts'
import { roomUpdate } from '../../web/src/text/room-edits.ts'
import { countdownText, spanText } from '../../web/src/text/spans-of-time.ts'
import { type Rules, writingIn } from '../../web/src/text/writing.ts'

const NOW = Date.UTC(2026, 4, 3, 12)

const details: RoomDetails = {
  chatRoomId: 'kitchen',
  roomName: 'Kitchen',
  access: 'private',
  topic: 'tea',
  settings: settingsOf('private'),
  pins: [],
  closed: false,
  createdBy: 'ada',
  createdAt: NOW,
  memberCount: 2,
  version: 7,
}

describe('who may write', () => {
  const member: Rules = {
    role: 'member',
    closed: false,
    details,
    mutedUntil: undefined,
    slowUntil: 0,
  }
  const slow = { ...details, settings: { ...details.settings, slowModeSeconds: 30 } }
  const announcements = { ...details, settings: { ...details.settings, post: 'moderator' as const } }

  test('members write, and so does whoever is not known yet', () => {
    expect(writingIn(member, 0, NOW)).toEqual({ kind: 'free' })
    expect(writingIn({ ...member, role: undefined, details: undefined }, 0, NOW)).toEqual({ kind: 'free' })
  })

  test.for<[string, Partial<Rules>, RegExp]>([
    ['a closed room', { role: 'owner', closed: true }, /^This room is closed\./],
    ['muted', { mutedUntil: NOW + 60_000 }, /^You are muted until .*\d.*\./],
    ['muted without an end', { mutedUntil: Infinity }, /^You are muted\./],
    ['a guest', { role: 'guest' }, /^You are a guest/],
    ['announcements', { details: announcements }, /^Only moderators write/],
  ])('nobody writes who may not, and why is said: %s', ([, state, sentence]) => {
    expect(writingIn({ ...member, ...state }, 0, NOW)).toEqual({
      kind: 'refused',
      sentence: expect.stringMatching(sentence) as string,
    })
  })

  test('in slow mode members wait after their own message, or as long as the server said; moderators do not', () => {
    const state = { ...member, details: slow }
    expect(writingIn(state, NOW - 10_000, NOW)).toEqual({ kind: 'slow', until: NOW + 20_000 })
    expect(writingIn(state, NOW - 30_000, NOW)).toEqual({ kind: 'free' })
    expect(writingIn({ ...state, slowUntil: NOW + 5_000 }, 0, NOW)).toEqual({ kind: 'slow', until: NOW + 5_000 })
    expect(writingIn({ ...state, role: 'moderator' }, NOW, NOW)).toEqual({ kind: 'free' })
    expect(writingIn({ ...state, details: announcements, role: 'moderator' }, NOW, NOW)).toEqual({ kind: 'free' })
  })
})

test('only what was changed of a room is sent, with the version that was seen', () => {
  expect(roomUpdate(details, {})).toBeUndefined()
  expect(roomUpdate(details, { roomName: ' Kitchen ', access: 'private' })).toBeUndefined()
  expect(roomUpdate(details, { topic: ' ', slowModeSeconds: 30 })).toEqual({
    topic: null,
    settings: { slowModeSeconds: 30 },
    ifVersion: 7,
  })
  expect(roomUpdate(details, { retentionDays: 30 })).toEqual({ settings: { retentionDays: 30 }, ifVersion: 7 })
  const kept = { ...details, settings: { ...details.settings, retentionDays: 30 } }
  expect(roomUpdate(kept, { retentionDays: 0 })).toEqual({ settings: { retentionDays: null }, ifVersion: 7 })
  expect(roomUpdate(details, { roomName: 'Canteen', imageUrl: 'https://a.example/b.png', access: 'public' })).toEqual({
    roomName: 'Canteen',
    imageUrl: 'https://a.example/b.png',
    access: 'public',
    ifVersion: 7,
  })
})

test('an invite has an address, and is found in it', () => {
  const invite = 'AbC-_123456789012345xy'
  expect(routeFrom(hashOf({ kind: 'join', invite }))).toEqual({ kind: 'join', invite })
  expect(inviteIn(` https://chat.example/#/join/${invite} `)).toBe(invite)
  expect(inviteIn('https://chat.example/#/room/lobby')).toBeUndefined()
  expect(inviteIn(invite)).toBeUndefined()
})

test('times are said in words, and counted down', () => {
  expect([60, 90, 3_600, 7_200, 604_800].map(spanText)).toEqual([
    '1 minute',
    '90 seconds',
    '1 hour',
    '2 hours',
    '7 days',
  ])
  expect([0, 400, 59_001, 65_000, 3_665_000].map(countdownText)).toEqual(['1 s', '1 s', '1:00', '1:05', '1:01:05'])
})

test('names stand between commas or lines, each once', () => {
  expect(namesIn(' ada, bob\nada,, ')).toEqual(['ada', 'bob'])
})

test('what was done is said, also by a server that is newer than the page', () => {
  expect(auditPhrase('kick', 'Ada', 'Bob').join('')).toBe('Ada removed Bob')
  expect(auditPhrase('pin', 'Ada', '').join('')).toBe('Ada pinned a message')
  expect(auditPhrase('toString', 'Ada', 'Bob').join('')).toBe('Ada toString Bob')
})

test('who is shown out is told from where, and for how long', () => {
  expect(removalSentence({ reason: 'kicked' }, 'Kitchen', NOW)).toBe('You were removed from Kitchen.')
  expect(removalSentence({ reason: 'banned' }, 'Kitchen', NOW)).toBe('You are banned from Kitchen.')
  expect(removalSentence({ reason: 'banned', until: NOW + 1_000 }, 'Kitchen', NOW)).toMatch(
    /^You are banned .* until .*\d/,
  )
  expect(removalSentence({ reason: 'roomDeleted' }, 'Kitchen', NOW)).toBe('Kitchen was deleted.')
  expect(removalSentence({ reason: 'erased' }, 'Kitchen', NOW)).toBe('You are no longer in Kitchen.')
})

describe('pages', () => {
  test('follow each other, and what failed can be asked for again', async () => {
    const asked: (string | undefined)[] = []
    let isDown = false
    const pages = new Pages(async (from) => {
      asked.push(from)
      if (isDown) throw new Error('down')
      return from === undefined ? { items: [1, 2], next: 'b' } : { items: [3], next: undefined }
    })
    await pages.load()
    expect(pages.get()).toMatchObject({ items: [1, 2], phase: 'ready', hasMore: true })
    isDown = true
    await pages.more()
    expect(pages.get()).toMatchObject({ items: [1, 2], phase: 'failed', hasMore: true })
    isDown = false
    await pages.more()
    await pages.more()
    expect(pages.get()).toMatchObject({ items: [1, 2, 3], phase: 'ready', hasMore: false })
    pages.drop((item) => item === 2)
    expect(pages.get().items).toEqual([1, 3])
    expect(asked).toEqual([undefined, 'b', 'b'])
  })

  test('a page that comes after the list has begun anew is not shown', async () => {
    const answers: ((items: number[]) => void)[] = []
    const pages = new Pages<number>(
      () => new Promise((resolve) => answers.push((items) => resolve({ items, next: undefined }))),
    )
    const both = [pages.load(), pages.load()]
    answers[1]!([2])
    answers[0]!([1])
    await Promise.all(both)
    expect(pages.get().items).toEqual([2])
  })
})
