import { constants } from 'node:fs'
import { access, chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { StartupError } from '../contracts.ts'
import { isAlive } from '../is-alive.ts'

/** A folder that belongs to one running DynamoDB Local until `release`. */
interface DataDir {
  readonly path: string
  /** Stores the id of the process that writes to the folder. That process may outlive this one by a moment. */
  recordWriter(pid: number): Promise<void>
  release(): Promise<void>
}

interface Lock {
  /** The process id of the runtime that holds the folder. */
  pid: number
  /** The process id of the JVM that the runtime started. */
  writerPid?: number
}

/** An orphaned JVM ends within half a second. If it still runs after this time, it will not end. */
const WRITER_GRACE_MS = 10_000

const held = new Set<string>()

/**
 * Claims a folder for the table's files. Creates it if it is missing.
 *
 * @throws StartupError if it is not a folder, can't be written, or is used by another runtime
 */
export async function claimDataDir(dataDir: string): Promise<DataDir> {
  const path = resolve(dataDir)
  await prepare(path)

  const lockFile = join(path, 'dynamodb.lock')
  const lock: Lock = { pid: process.pid }
  while (!(await create(lockFile, lock))) await removeStale(path, lockFile)
  held.add(path)

  return {
    path,
    recordWriter: (writerPid) => writeFile(lockFile, JSON.stringify({ ...lock, writerPid } satisfies Lock)),
    async release() {
      await rm(lockFile, { force: true })
      held.delete(path)
    },
  }
}

async function prepare(path: string): Promise<void> {
  try {
    await makeFolder(path)
    if (!(await stat(path)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
    await access(path, constants.W_OK | constants.X_OK)
    await chmod(path, 0o700)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const folder = await nearestExisting(path)
    const reason =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'it is not a folder: name another one in DATA_DIR'
        : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
          ? `this user may not write in ${folder}: run \`chmod u+rwx ${folder}\` as its owner, ` +
            'or name another folder in DATA_DIR'
          : `${(error as Error).message}: name another folder in DATA_DIR`
    throw new StartupError(`unable to keep the table in ${path}; ${reason}`, { cause: error })
  }
}

/**
 * Works like `mkdir -p`. The `recursive` option of Node 20 never ends in a folder that exists but returns ENOENT for
 * everything that is created in it, such as /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(path)
    if (code !== 'ENOENT' || (await exists(parent))) throw error
    await makeFolder(parent)
    await mkdir(path)
  }
}

async function nearestExisting(path: string): Promise<string> {
  const parent = dirname(path)
  return parent === path || (await exists(path)) ? path : nearestExisting(parent)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function create(lockFile: string, lock: Lock): Promise<boolean> {
  try {
    await writeFile(lockFile, JSON.stringify(lock), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function removeStale(path: string, lockFile: string): Promise<void> {
  const inUse = (by: string) =>
    new StartupError(`unable to use ${path}; ${by} uses it: stop that first, or delete ${lockFile} if it is long gone`)

  const lock = await readLock(lockFile)
  if (lock === 'gone') return
  if (lock === 'unreadable') throw inUse('another runtime')
  // A container's first process has the same id after every restart, so a lock with our own id may be an old one.
  const ownerLives = lock.pid === process.pid ? held.has(path) : isAlive(lock.pid)
  if (ownerLives) throw inUse(`another runtime (process ${lock.pid})`)

  const deadline = Date.now() + WRITER_GRACE_MS
  while (lock.writerPid !== undefined && isAlive(lock.writerPid)) {
    if (Date.now() > deadline) throw inUse(`a DynamoDB Local (process ${lock.writerPid})`)
    await delay(50)
  }
  await rm(lockFile, { force: true })
}

async function readLock(lockFile: string): Promise<Lock | 'gone' | 'unreadable'> {
  try {
    return JSON.parse(await readFile(lockFile, 'utf8')) as Lock
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone'
    if (error instanceof SyntaxError) return 'unreadable'
    throw error
  }
}
