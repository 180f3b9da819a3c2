import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { zipOf } from '../../scripts/shared/bundling/zip.ts'

const content = Buffer.from('export const handler = () => {}\n'.repeat(50))

const files = new Map([
  ['index.mjs', content],
  ['beside.mjs', Buffer.alloc(0)],
])

/** Reads an archive with Python, which verifies the checksums. */
const read = (archive: Buffer): unknown =>
  JSON.parse(execFileSync('python3', ['-c', READER], { input: archive, encoding: 'utf8' }))

const READER = `
import io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps([
  {"name": f.filename, "mode": oct(f.external_attr >> 16), "content": archive.read(f).decode()} for f in archive.infolist()
]))
`

const hasPython = spawnSync('python3', ['--version']).status === 0

test.skipIf(!hasPython)('an archive holds its files, which everybody may read', () => {
  expect(read(zipOf(files))).toEqual([
    { name: 'index.mjs', mode: '0o100644', content: content.toString() },
    { name: 'beside.mjs', mode: '0o100644', content: '' },
  ])
})

test('archives of the same content are the same', () => {
  expect(zipOf(files).equals(zipOf(files))).toBe(true)
})
