import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StartupError } from '../../local/contracts.ts'
import { keptCredentials, newCredentials } from '../../local/kept-credentials.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('each start has keys that nobody can guess, of table and bucket', () => {
  const keys = Array.from({ length: 10 }, newCredentials)
  expect(new Set(keys.flatMap(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey])).size).toBe(20)
  for (const { accessKeyId, secretAccessKey } of keys) {
    // 128 and 160 bits, alphanumeric as DynamoDB Local requires.
    expect(accessKeyId).toMatch(/^LOCAL[0-9A-F]{32}$/)
    expect(secretAccessKey).toMatch(/^[0-9a-f]{40}$/)
  }
})

test('those of a data directory stay, and only their owner may read them', async () => {
  const folder = temporaryFolder()
  const first = await keptCredentials(folder)
  expect(await keptCredentials(folder)).toEqual(first)
  expect(await keptCredentials(temporaryFolder())).not.toEqual(first)
  const file = join(folder, 'credentials.json')
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(first)
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test.each(['', '{}', '{"accessKeyId":"a b","secretAccessKey":"x"}', 'null'])(
  'a file of keys that says %j is named, and nothing is started',
  async (text) => {
    const folder = temporaryFolder()
    const file = join(folder, 'credentials.json')
    await writeFile(file, text)
    await expect(keptCredentials(folder)).rejects.toThrow(
      new StartupError(`unable to read the keys of the data; mend ${file}`),
    )
  },
)
