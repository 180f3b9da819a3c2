import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'

const folder = new URL('../../.github/workflows/', import.meta.url)
const files = await readdir(folder)
const packageFile = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>
}

describe.each(files)('%s', (file) => {
  const lines = async () => (await readFile(new URL(file, folder), 'utf8')).split('\n')

  test('pins every action by its commit, and says which version that is', async () => {
    const uses = (await lines()).filter((line) => line.includes('uses:'))
    expect(uses.length).toBeGreaterThan(0)
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('begins with hardly any permission, and never writes contents', async () => {
    const text = (await lines()).join('\n')
    expect(text).toMatch(/^permissions:( \{\}|\n {2}contents: read\n\n)/m)
    expect(text).not.toMatch(/contents: write|write-all|secrets\./)
  })

  test('runs scripts that there are', async () => {
    const run = [...(await lines()).join('\n').matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script)
    expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(run))
  })
})
