import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { archiveDocument, archiveFile } from '../../scripts/docs/archive.ts'
import { readLine } from '../../scripts/shared/archive/schema.ts'

const text = await readFile(archiveFile, 'utf8')

test('the table of lines is the schema’s: `npm run docs` writes it', async () => {
  expect(await archiveDocument()).toBe(text)
})

test('every line that is shown is one', () => {
  const shown = text.split('\n').filter((line) => line.startsWith('{'))
  expect(shown.length).toBeGreaterThan(5)
  for (const line of shown) expect(() => readLine(line)).not.toThrow()
})
