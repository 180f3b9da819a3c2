/** `npm start`: all of Tabletalk in one process, until Ctrl-C. */
import { consoleLog } from './console-log.ts'
import { StartupError } from './contracts.ts'
import { watchForOrphaning } from './orphaned.ts'
import { startRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { readSettings } from './settings.ts'

/** A terminal signals the whole group and npm passes its own copy on: what comes this soon is still the first Ctrl-C. */
const SAME_KEYPRESS_MS = 1_000

const EXIT_FORCED = 130

try {
  await main()
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  // About Node.js releases to come, at every start: not a newcomer's concern.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const { verbose, ...settings } = readSettings(process.env)
  const stopped = stopSignal()
  const runtime = await startRuntime({ ...settings, preparePage: true, log: consoleLog({ verbose }) })
  console.log(greeting(runtime, settings.dataDir))
  const failure = await Promise.race([stopped, runtime.failed])
  if (failure) {
    // What cannot stop properly without the table says nothing new.
    await runtime.close().catch(() => {})
    throw failure
  }
  console.log('Stopping. Ctrl-C again to stop at once.')
  await runtime.close()
}

/** Resolves at the first signal or when npm is gone; a second signal ends the process at once, and DynamoDB Local with it. */
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
    // Otherwise it may have been meant to outlive what started it, as with nohup.
    if (process.env['npm_lifecycle_event'] !== undefined) watchForOrphaning(resolve)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

function greeting({ port, url, ownsDynamoDb }: Runtime, dataDir: string | undefined): string {
  const host = url.startsWith('http://127.0.0.1:') ? `localhost:${String(port)}` : url.slice('http://'.length)
  return `
Tabletalk is running.

  Page        http://${host}/
  WebSocket   ws://${host}/local
  Token       curl -s http://${host}/dev/token -d '{"userId":"ada"}'
  Data        ${dataDir === undefined ? 'in memory, gone when it stops (DATA_DIR=… keeps it)' : `kept in ${dataDir}`}
  Stop        Ctrl-C
${ownsDynamoDb ? '\nNote: DynamoDB Local listens on all network interfaces of this machine, not only on loopback.\n' : ''}`
}
