import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StartupError } from '../../../local/contracts.ts'
import { claimDataDir } from '../../../local/dynamodb/data-dir.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const scratch = temporaryFolder()

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid as number
}

const NOBODY = 65_534

/** Acts as an ordinary user, because root, the user in many containers, may write everywhere. */
async function asOrdinaryUser(folder: string, act: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return act()
  await chown(folder, NOBODY, NOBODY)
  process.seteuid?.(NOBODY)
  try {
    await act()
  } finally {
    process.seteuid?.(0)
  }
}

const notWritable = (path: string, folder: string): string =>
  `unable to keep the table in ${path}; this user may not write in ${folder}: ` +
  `run \`chmod u+rwx ${folder}\` as its owner, or name another folder in DATA_DIR`

test('a directory is made, held by one at a time, and free after release', async () => {
  const path = join(scratch, 'a', 'b')
  const first = await claimDataDir(path)
  await expect(claimDataDir(path)).rejects.toThrow(StartupError)
  await first.release()
  const second = await claimDataDir(path)
  await second.release()
})

test('a lock of another living process is respected', async () => {
  const path = temporaryFolder()
  const owner = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await writeFile(join(path, 'dynamodb.lock'), JSON.stringify({ pid: owner.pid }))
  await expect(claimDataDir(path)).rejects.toThrow(`process ${owner.pid}) uses it`)
  owner.kill()
  await once(owner, 'exit')
})

test('a lock left by a dead process is taken over', async () => {
  const path = temporaryFolder()
  await writeFile(join(path, 'dynamodb.lock'), JSON.stringify({ pid: await deadPid() }))
  const claimed = await claimDataDir(path)
  expect(JSON.parse(await readFile(join(path, 'dynamodb.lock'), 'utf8'))).toEqual({ pid: process.pid })
  await claimed.release()
})

test('a dead owner whose JVM still writes is waited for', async () => {
  const path = temporaryFolder()
  const writer = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  await writeFile(join(path, 'dynamodb.lock'), JSON.stringify({ pid: await deadPid(), writerPid: writer.pid }))
  let writerEnded = false
  writer.once('exit', () => (writerEnded = true))

  const claiming = claimDataDir(path).then((claimed) => ({ claimed, writerHadEnded: writerEnded }))
  writer.stdin.end()
  const { claimed, writerHadEnded } = await claiming
  expect(writerHadEnded).toBe(true)
  await claimed.release()
})

test('a lock with our own process id from before a container restart is taken over', async () => {
  const path = temporaryFolder()
  await writeFile(join(path, 'dynamodb.lock'), JSON.stringify({ pid: process.pid }))
  await (await claimDataDir(path)).release()
})

test.skipIf(process.getuid?.() === 0)(
  'a directory that may not be written is a startup error with the remedy',
  async () => {
    const folder = temporaryFolder()
    await chmod(folder, 0o500)
    await expect(claimDataDir(folder)).rejects.toThrow(notWritable(folder, folder))
  },
)

test.skipIf(process.platform === 'win32').for(['not', 'not/there/yet'])(
  'where no %s can be made, the remedy is for the nearest folder that exists',
  async (below) => {
    const folder = temporaryFolder()
    await chmod(folder, 0o500)
    await asOrdinaryUser(folder, async () => {
      const path = join(folder, below)
      await expect(claimDataDir(path)).rejects.toThrow(notWritable(path, folder))
    })
  },
)

test.runIf(process.platform === 'linux')('a folder that cannot be made is refused, not tried for ever', async () => {
  await expect(claimDataDir('/proc/nope/deeper')).rejects.toThrow(/unable to keep the table in \/proc\/nope\/deeper; /)
})
