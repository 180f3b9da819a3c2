import { expect, test } from 'vitest'
import { Closers } from '../../local/closers.ts'

test('stops in reverse order, each part once, and goes on when one fails', async () => {
  const closers = new Closers()
  const order: string[] = []
  const part = (name: string, error?: Error) =>
    closers.add(async () => {
      order.push(name)
      if (error) throw error
    })
  part('first')
  part('second', new Error('stuck'))
  part('third')
  const closed = closers.close()
  await expect(closed).rejects.toThrow('unable to stop everything; Error: stuck')
  await expect(closers.close()).rejects.toThrow()
  expect(order).toEqual(['third', 'second', 'first'])
})
