import { expect, test } from 'vitest'
import { isAllowed } from '../../src/files/media-types.ts'
import { isWhatItSays } from '../../src/uploads/is-what-it-says.ts'
import { ACCEPTED, REFUSED } from '../files/corpus.ts'

const judged = (contentType: string, file: Buffer) =>
  isWhatItSays(contentType, {
    size: file.length,
    firstBytes: file.subarray(0, 4_100),
    read: (start, length) => Promise.resolve(file.subarray(start, start + length)),
  })

test.each(ACCEPTED)('%s may be sent, and is one, as %j', async (_, types, file) => {
  for (const type of types) expect([type, isAllowed(type), await judged(type, file)]).toEqual([type, true, true])
})

test.each(REFUSED)('%s is none of %j', async (_, types, file) => {
  for (const type of types) expect([type, await judged(type, file)]).toEqual([type, false])
})
