import { expect, test } from 'vitest'
import { ReplySize } from '../../client/reply-size.ts'

const USUAL_MS = 10_000

/** Reports a page of rooms without messages, which is quick on any link and has a page after it. */
const roomsCame = (size: ReplySize) =>
  size.arrived({ action: 'listRooms', ms: 300, chars: 2_000, hasMore: true }, USUAL_MS)

test('a link that is too slow for history is asked for less each time, though its rooms come quickly', () => {
  const size = new ReplySize()
  const asked: number[] = []
  for (let attempt = 0; attempt < 4; attempt++) {
    asked.push(size.of(50))
    roomsCame(size)
    size.missed()
    roomsCame(size)
  }
  expect(asked).toEqual([50, 25, 12, 6])
})

test('a quick reply that is large, or many small ones, ask for more again', () => {
  const size = new ReplySize()
  size.missed()
  size.missed()
  size.arrived({ action: 'getHistory', ms: 300, chars: 5_000, hasMore: true }, USUAL_MS)
  expect(size.of(48)).toBe(24)
  for (let i = 0; i < 8; i++) roomsCame(size)
  expect(size.of(48)).toBe(48)
})

test('what is small and of no page says nothing of a link, and what is large does', () => {
  const size = new ReplySize()
  const presenceCame = (ms: number, chars: number) =>
    size.arrived({ action: 'getPresence', ms, chars, hasMore: false }, USUAL_MS)
  presenceCame(9_000, 100)
  expect(size.of(48)).toBe(48)
  size.missed()
  size.missed()
  for (let i = 0; i < 16; i++) presenceCame(10, 100)
  expect(size.of(48)).toBe(12)
  presenceCame(9_000, 50_000)
  expect(size.of(48)).toBe(6)
  presenceCame(300, 50_000)
  expect(size.of(48)).toBe(48)
})
