import { expect, test } from 'vitest'
import { forEachFairly } from '../../src/delivery/for-each-fairly.ts'

/** Work that ends when the test ends it. Item `a7` is in queue `a`. */
function gated() {
  const started: string[] = []
  const inWork = new Map<string, (error?: Error) => void>()
  const work = (item: string) =>
    new Promise<void>((resolve, reject) => {
      started.push(item)
      inWork.set(item, (error) => {
        inWork.delete(item)
        if (error) reject(error)
        else resolve()
      })
    })
  const end = async (item: string, error?: Error) => {
    inWork.get(item)!(error)
    await new Promise(setImmediate)
  }
  const endAll = async () => {
    while (inWork.size > 0) await end(inWork.keys().next().value!)
  }
  const held = (queue: string) => [...inWork.keys()].filter((item) => item.startsWith(queue)).length
  return { started, inWork, work, end, endAll, held }
}

const queue = (name: string, length: number) => Array.from({ length }, (_, i) => `${name}${i}`)

test('places are given in turns, and a free one to the queue that has the fewest', async () => {
  const { started, work, end, endAll } = gated()
  const all = forEachFairly([queue('a', 4), queue('b', 4)], 4, work)
  expect(started).toEqual(['a0', 'b0', 'a1', 'b1'])
  await end('b0')
  await end('b1')
  expect(started.slice(4)).toEqual(['b2', 'b3'])
  await end('b2')
  expect(started.slice(6)).toEqual(['a2'])
  await endAll()
  await all
})

test('a queue whose items never end holds no more than its share while another has items waiting', async () => {
  const { started, work, inWork, end, endAll, held } = gated()
  const all = forEachFairly([queue('stuck', 10_000), queue('b', 1_000)], 256, work)
  let worked = 0
  for (; worked + 128 < 1_000; worked++) {
    await end([...inWork.keys()].find((item) => item.startsWith('b'))!)
    expect([held('stuck'), held('b')]).toEqual([128, 128])
  }
  // All items of `b` have begun, and none of the other queue has ended. Only now may the other queue get more places.
  expect(started.filter((item) => item.startsWith('b'))).toHaveLength(1_000)
  await end([...inWork.keys()].find((item) => item.startsWith('b'))!)
  expect(held('stuck')).toBe(129)
  await endAll()
  await all
})

test('with more queues than places, the next free place goes to a queue that has had none', async () => {
  const { started, work, end, endAll } = gated()
  const all = forEachFairly(
    ['a', 'b', 'c', 'd'].map((name) => queue(name, 3)),
    2,
    work,
  )
  expect(started).toEqual(['a0', 'b0'])
  await end('b0')
  await end('a0')
  expect(started).toEqual(['a0', 'b0', 'c0', 'd0'])
  await endAll()
  await all
})

test('an item of several queues is worked once, for the queue whose turn comes first', async () => {
  const { started, work, endAll } = gated()
  const all = forEachFairly([['a0', 'shared'], ['shared', 'b1'], []], 8, work)
  await endAll()
  await all
  expect(started).toEqual(['a0', 'shared', 'b1'])
})

test('everything is worked, and then it rejects', async () => {
  const { started, work, end, endAll } = gated()
  const all = forEachFairly([queue('a', 3), queue('b', 2)], 2, work)
  const rejected = expect(all).rejects.toThrow('broken')
  await end('a0', new Error('broken'))
  await endAll()
  await rejected
  expect(started.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
})
