import { fileTypeFromTokenizer } from 'file-type'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RangedTokenizer } from '../../src/uploads/ranged-tokenizer.ts'
import { tiff } from '../files/corpus.ts'

function reading(file: Uint8Array) {
  const read: [number, number][] = []
  const tokenizer = new RangedTokenizer({
    size: file.length,
    firstBytes: file.subarray(0, 100),
    read: (start, length) => {
      read.push([start, length])
      return Promise.resolve(file.subarray(start, start + length))
    },
  })
  return { tokenizer, read }
}

test('reads what is there, wherever it is, as a file would', async () => {
  const at = fc.record({ position: fc.nat(70_000), length: fc.nat(20_000) })
  const file = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251))
  await fc.assert(
    fc.asyncProperty(fc.array(at, { maxLength: 8 }), async (reads) => {
      const { tokenizer } = reading(file)
      for (const { position, length } of reads) {
        const target = new Uint8Array(length)
        const bytes = await tokenizer.peekBuffer(target, { position, mayBeLess: true })
        expect(Buffer.compare(target.subarray(0, bytes), file.subarray(position, position + length))).toBe(0)
      }
    }),
    { numRuns: 50 },
  )
})

test('reads one more part of a TIFF, where its directory is, and not its pixels', async () => {
  const { tokenizer, read } = reading(tiff({ bytes: 300_000 }))
  expect(await fileTypeFromTokenizer(tokenizer)).toMatchObject({ mime: 'image/tiff' })
  expect(read).toEqual([[300_008, 16_384]])
})

test('a file that leads on and on is not followed: eight parts are read, none of more than 64 KiB', async () => {
  const { tokenizer, read } = reading(Buffer.alloc(10_000_000))
  const one = new Uint8Array(1)
  for (let i = 1; i <= 8; i++) await tokenizer.readBuffer(one, { position: i * 100_000 })
  await expect(tokenizer.readBuffer(one, { position: 900_000 })).rejects.toThrow('End-Of-Stream')
  expect(read).toHaveLength(8)
  const { tokenizer: other, read: none } = reading(Buffer.alloc(10_000_000))
  await expect(other.readBuffer(new Uint8Array(65_537), { position: 1_000 })).rejects.toThrow('End-Of-Stream')
  expect(none).toEqual([])
})
