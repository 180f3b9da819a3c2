import { expect, test } from 'vitest'
import { ReplySize } from '../../client/reply-size.ts'

const USUAL_MS = 10_000

/** A page of rooms without messages, quick on any link, with another page after it. */
const roomsCame = (size: ReplySize) => size.arrived({ ms: 300, chars: 2_000, hasMore: true }, USUAL_MS)

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
  size.arrived({ ms: 300, chars: 5_000, hasMore: true }, USUAL_MS)
  expect(size.of(48)).toBe(24)
  for (let i = 0; i < 8; i++) roomsCame(size)
  expect(size.of(48)).toBe(48)
})
