/** `npm start`: runs all of Tabletalk in one process until Ctrl-C. */
import { consoleLog } from './console-log.ts'
import { StartupError } from './contracts.ts'
import { startRuntime, type Runtime } from './runtime.ts'
import { readStartSettings } from './start-settings.ts'
import { watchForOrphaning } from './watch-for-orphaning.ts'

/** One Ctrl-C signals twice: the terminal signals the whole process group, and npm passes its own signal on. */
const SAME_KEYPRESS_MS = 1_000

const EXIT_FORCED = 130

const LISTENS_EVERYWHERE = `
Note: DynamoDB Local listens on all network interfaces of this machine, not only on loopback.
`

try {
  await main()
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { verbose, ...settings } = readStartSettings(process.env)
  const stopped = stopSignal()
  const runtime = await startRuntime({ ...settings, preparePage: true, log: consoleLog({ verbose }) })
  console.log(greeting(runtime, settings.dataDir))
  const failure = await Promise.race([stopped, runtime.failed])
  if (failure) {
    // Parts that fail to stop because the table is gone add nothing to the failure.
    await runtime.close().catch(() => {})
    throw failure
  }
  console.log('Stopping. Ctrl-C again to stop at once.')
  await runtime.close()
}

/** Resolves at the first signal or when npm has ended. A second signal ends the process and DynamoDB Local at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined
    const onSignal = () => {
      if (first === undefined) {
        first = performance.now()
        resolve()
      } else if (performance.now() - first > SAME_KEYPRESS_MS) {
        process.exit(EXIT_FORCED)
      }
    }
    // Not when started without npm: it may be meant to outlive its parent, as with nohup.
    if (process.env.npm_lifecycle_event !== undefined) watchForOrphaning(resolve)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

function greeting({ port, url, ownsDynamoDb }: Runtime, dataDir: string | undefined): string {
  const host = url.startsWith('http://127.0.0.1:') ? `localhost:${port}` : url.slice('http://'.length)
  return `
Tabletalk is running.

  Page        http://${host}/
  WebSocket   ws://${host}/local
  Token       curl -s http://${host}/dev/token -d '{"userId":"ada"}'
  Data        ${dataDir === undefined ? 'in memory, gone when it stops (DATA_DIR=… keeps it)' : `kept in ${dataDir}`}
  Stop        Ctrl-C
${ownsDynamoDb ? LISTENS_EVERYWHERE : ''}`
}
