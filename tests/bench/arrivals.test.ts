import { describe, expect, test } from 'vitest'
import { Arrivals } from '../../bench/fan-out/arrivals.ts'
import { now } from '../../bench/fan-out/clock.ts'
import { contentOf, readContent } from '../../bench/fan-out/message.ts'

const ROUND = 7
const sent = (index: number, round = ROUND) => contentOf(round, index, now())

describe('the arrivals of a round', () => {
  test('are complete when every receiver has every message', async () => {
    const arrivals = new Arrivals(ROUND, 2, 2)
    for (const [receiver, index] of [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ] as const)
      arrivals.receive(receiver, sent(index))
    await expect(arrivals.complete).resolves.toBe(true)
    expect(arrivals.received()).toMatchObject({ events: 4, repeats: 0 })
  })

  test('count a repeat as such, and only once per receiver', () => {
    const arrivals = new Arrivals(ROUND, 1, 2)
    arrivals.receive(0, sent(0))
    arrivals.receive(0, sent(0))
    arrivals.receive(1, sent(0))
    expect(arrivals.received()).toMatchObject({ events: 2, repeats: 1 })
  })

  test('pass over what comes late of another round', () => {
    const arrivals = new Arrivals(ROUND, 1, 1)
    arrivals.receive(0, sent(0, ROUND - 1))
    expect(arrivals.received()).toEqual({ events: 0, repeats: 0, lastAt: 0, p50Ms: null, p99Ms: null })
  })

  test('tell how long an event took, in milliseconds', () => {
    const arrivals = new Arrivals(ROUND, 1, 1)
    arrivals.receive(0, contentOf(ROUND, 0, now() - 5_000))
    const { p50Ms, p99Ms } = arrivals.received()
    for (const ms of [p50Ms!, p99Ms!]) expect(Math.round(ms / 1_000)).toBe(5)
  })
})

test('a content of 200 bytes says whose it is', () => {
  const content = contentOf(3, 14, 1_800_000_000_000.25)
  expect(content).toHaveLength(200)
  expect(readContent(content)).toEqual({ round: 3, index: 14, sentAt: 1_800_000_000_000.25 })
})
