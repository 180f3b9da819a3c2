import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { findChromium } from '../../scripts/shared/find-chromium.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function givenFolder(files: Record<string, number>): Promise<string> {
  const folder = temporaryFolder()
  for (const [name, mode] of Object.entries(files)) {
    await writeFile(join(folder, name), '')
    await chmod(join(folder, name), mode)
  }
  return folder
}

test.for(['chromium', 'chromium-browser', 'google-chrome'])('finds %s on the PATH', async (name) => {
  const empty = await givenFolder({})
  const folder = await givenFolder({ [name]: 0o755 })
  expect(findChromium({ PATH: [empty, folder].join(delimiter) })).toBe(join(folder, name))
})

test('the shell is found where it is wanted, also where another comes first on the PATH', async () => {
  const first = await givenFolder({ chromium: 0o755 })
  const second = await givenFolder({ 'chromium-headless-shell': 0o755 })
  const environment = { PATH: [first, second].join(delimiter) }
  expect(findChromium(environment, 'shell')).toBe(join(second, 'chromium-headless-shell'))
  expect(findChromium(environment)).toBe(join(first, 'chromium'))
  expect(findChromium({ PATH: first }, 'shell')).toBe(join(first, 'chromium'))
})

test('takes the one that CHROMIUM names before any on the PATH', async () => {
  const folder = await givenFolder({ chromium: 0o755, mine: 0o755 })
  expect(findChromium({ PATH: folder, CHROMIUM: join(folder, 'mine') })).toBe(join(folder, 'mine'))
})

test('says in one sentence how to get a browser', async () => {
  const folder = await givenFolder({ chromium: 0o644 })
  await mkdir(join(folder, 'google-chrome'))
  expect(() => findChromium({ PATH: folder })).toThrow(
    'unable to start a browser; there is no Chromium on the PATH: `apt-get install chromium`, or name one in CHROMIUM',
  )
})

test('says that what CHROMIUM names is no program', () => {
  expect(() => findChromium({ CHROMIUM: '/nowhere/chromium' })).toThrow(
    'unable to start a browser; CHROMIUM names /nowhere/chromium, which is no program',
  )
})
