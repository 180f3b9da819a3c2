import { expect, test, vi } from 'vitest'
import { leftUnprocessed, untilProcessed } from '../../src/entities/until-processed.ts'
import { Unavailable } from '../../src/errors.ts'

const atOnce = () => 0

test('what is left unprocessed is tried again, and nothing else', async () => {
  const run = vi.fn(async (items: string[]) => ({ unprocessed: items.slice(1) }))
  await untilProcessed(['a', 'b', 'c'], run, atOnce)
  expect(run.mock.calls).toEqual([[['a', 'b', 'c']], [['b', 'c']], [['c']]])
})

test('without items there is no request', async () => {
  const run = vi.fn(async () => ({ unprocessed: [] }))
  await untilProcessed([], run, atOnce)
  expect(run).not.toHaveBeenCalled()
})

test('after five rounds it gives up', async () => {
  const run = vi.fn(async (items: string[]) => ({ unprocessed: items }))
  await expect(untilProcessed(['a'], run, atOnce)).rejects.toThrow(
    new Unavailable('unable to finish the batch; the table is throttled'),
  )
  expect(run).toHaveBeenCalledTimes(5)
})

test('what is left after five rounds is returned to a caller that can do without it', async () => {
  const run = vi.fn(async (items: string[]) => ({ unprocessed: items.filter((item) => item !== 'a') }))
  expect(await leftUnprocessed(['a', 'b', 'c'], run, atOnce)).toEqual(['b', 'c'])
  expect(run).toHaveBeenCalledTimes(5)
})

test('it waits at random between the rounds, and not before the first', async () => {
  const random = vi.fn(atOnce)
  let requests = 0
  await untilProcessed(['a'], async (items) => ({ unprocessed: ++requests < 4 ? items : [] }), random)
  expect(random).toHaveBeenCalledTimes(3)
})
