import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { zipOf } from '../../scripts/shared/bundling/zip.ts'

const content = Buffer.from('export const handler = () => {}\n'.repeat(50))

/** Python's reader of archives, which checks the sums of what it reads. */
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

test.skipIf(!hasPython)('an archive holds its file, which everybody may read', () => {
  expect(read(zipOf('index.mjs', content))).toEqual([
    { name: 'index.mjs', mode: '0o100644', content: content.toString() },
  ])
})

test('archives of the same content are the same', () => {
  expect(zipOf('index.mjs', content).equals(zipOf('index.mjs', content))).toBe(true)
})
