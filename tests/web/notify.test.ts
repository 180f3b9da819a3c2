import { expect, test } from 'vitest'
import type { MessageEvent } from '../../client/index.ts'
import { Preferences } from '../../web/src/state/preferences.ts'
import { plainMoment } from '../../web/src/text/date-text.ts'
import { notifyWords, wakes } from '../../web/src/text/notify-words.ts'
import { messageEvent } from '../support/message-event.ts'
import { FakeStrings } from './given-chat.ts'

const noon = new Date(2026, 2, 14, 12).getTime()

test.each([
  ['all', {}, true],
  ['mentions', {}, false],
  ['none', { mentions: ['me'] }, false],
  ['mentions', { mentions: ['me'] }, true],
  ['mentions', { mentions: ['ann'] }, false],
  ['mentions', { mentionsRoom: true as const }, true],
  ['all', { senderId: 'me' }, false],
  ['all', { deleted: true as const }, false],
  ['all', { threadId: 'x' }, false],
  ['all', { threadId: 'x', inRoom: true as const }, true],
  ['all', { threadId: 'x', mentions: ['me'] }, true],
] as const)('who wants %s is told of a message with %j: %s', (level, more, expected) => {
  const message = messageEvent('general', 1, { senderId: 'bob', ...more } as Partial<MessageEvent>)
  expect(wakes(message, level, 'me')).toBe(expected)
})

test('what a room tells of is said in words', () => {
  expect(
    [
      { level: 'all' as const },
      { level: 'mentions' as const },
      { level: 'none' as const },
      { level: 'none' as const, until: noon + 3_600_000 },
    ].map((notify) => notifyWords(notify, noon)),
  ).toEqual([
    ...['Notified of all messages', 'Notified of mentions', 'Muted'],
    `Muted until ${plainMoment(noon + 3_600_000, noon)}`,
  ])
})

test('what was chosen for a browser outlives it, whatever stands there', () => {
  const strings = new FakeStrings()
  new Preferences(strings).choose({ receipts: 'private' })
  new Preferences(strings).choose({ notices: 'off', density: 'compact', folded: true })
  const chosen = { notices: 'off', sound: 'off', receipts: 'private', density: 'compact', folded: true }
  expect(new Preferences(strings).get()).toEqual(chosen)
  for (const text of ['{', 'null', '{"notices":"loud","receipts":7,"density":1,"folded":"yes"}']) {
    strings.setItem('tabletalk.preferences', text)
    expect(new Preferences(strings).get()).toEqual({
      ...{ notices: 'ask', sound: 'off', receipts: 'shared', density: 'comfortable', folded: false },
    })
  }
})
