import { expect, test } from 'vitest'
import { forEachLimited } from '../../src/delivery/for-each-limited.ts'

/** Work that ends when the test ends it. */
function gated() {
  const started: number[] = []
  const ends = new Map<number, (error?: Error) => void>()
  const work = (item: number) =>
    new Promise<void>((resolve, reject) => {
      started.push(item)
      ends.set(item, (error) => (error ? reject(error) : resolve()))
    })
  const end = async (item: number, error?: Error) => {
    ends.get(item)!(error)
    await new Promise(setImmediate)
  }
  return { started, work, end }
}

test('at most the limit runs at once, and the next starts when one ends', async () => {
  const { started, work, end } = gated()
  const all = forEachLimited([1, 2, 3, 4], 2, work)
  expect(started).toEqual([1, 2])
  await end(2)
  expect(started).toEqual([1, 2, 3])
  await end(3)
  expect(started).toEqual([1, 2, 3, 4])
  await end(1)
  await end(4)
  await all
})

test('no items are no work', async () => {
  await expect(forEachLimited([], 2, () => Promise.reject(new Error('asked')))).resolves.toBeUndefined()
})

test('it rejects only after all others have ended', async () => {
  const { started, work, end } = gated()
  let over = false
  const all = forEachLimited([1, 2, 3], 2, work).finally(() => (over = true))
  const rejected = expect(all).rejects.toThrow('broken')
  await end(1, new Error('broken'))
  expect([started, over]).toEqual([[1, 2], false])
  await end(2)
  expect([started, over]).toEqual([[1, 2, 3], false])
  await end(3)
  await rejected
})
