import { expect, test } from 'vitest'
import { minuteWith, MOST, WORST } from '../../bench/worst-batch/minutes.ts'

// `npm run bench:worst-batch` has each on its own.
test('others get their messages hardly later while one user does all at once that the limits allow', async () => {
  const usual = await minuteWith()
  const worst = await minuteWith(WORST.at(-1))
  expect(worst.events).toBe(usual.events)
  expect(worst.p99 / usual.p99).toBeLessThanOrEqual(MOST)
})
