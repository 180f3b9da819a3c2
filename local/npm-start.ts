/** Runs all of Tabletalk in one process until Ctrl-C. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { consoleLog } from './console-log.ts'
import { StartupError } from './contracts.ts'
import { originOf } from './http.ts'
import { likeAws } from './like-aws/like-aws.ts'
import { isEverywhere, isLoopback, reachableAt } from './loopback.ts'
import { loadStack } from '../terraform/stack.ts'
import { startRuntime, type Runtime } from './runtime.ts'
import { deploymentSettings, readStartSettings, type StartSettings } from './start-settings.ts'
import { watchForOrphaning } from './watch-for-orphaning.ts'
import { removeAwsSettings } from './remove-aws-settings.ts'

/**
 * Two signals within this time are one Ctrl-C: the terminal signals the whole process group, and npm passes its own on.
 */
const SAME_KEYPRESS_MS = 1_000

const EXIT_FORCED = 130

const LISTENS_EVERYWHERE = `
Note: DynamoDB Local listens on all network interfaces of this machine, not only on loopback. Its data belong to a
random key.
`

const OPEN_TO_THE_NETWORK = `
Warning: everybody who reaches this machine can sign in as anybody, read and write everything, and upload files. Leave
HOST unset to keep it to yourself.
`

try {
  await main()
} catch (error) {
  console.error(error instanceof StartupError ? error.message : error)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const settings = readStartSettings(process.env, process.argv.slice(2))
  const { verbose, likeAws: isLikeAws, thumbnails = await hasSharp(), ...options } = settings
  removeAwsSettings(process.env)
  // Nobody else may read the files that are kept.
  process.umask(0o077)
  const stopped = stopSignal()
  const chosen = deploymentSettings(process.env, loadStack())
  const runtime = await startRuntime({
    ...options,
    thumbnails,
    ...(isLikeAws ? { likeAws: likeAws() } : {}),
    // Search is on, because here it costs nothing.
    environment: { SEARCH: 'on', ...chosen },
    // Without settings there is nothing to refuse, and nobody waits for the functions.
    loadsFirst: Object.keys(chosen).length > 0,
    preparePage: true,
    log: consoleLog({ verbose }),
  })
  console.log(await greeting(runtime, settings))
  const failure = await Promise.race([stopped, runtime.failed])
  if (failure) {
    // Parts that fail to stop because the table is gone add nothing to the failure.
    await runtime.close().catch(() => {})
    throw failure
  }
  console.log('Stopping. Ctrl-C again to stop at once.')
  await runtime.close()
}

/** Whether `sharp` can be loaded. It has no binary for some machines on which everything else works. */
function hasSharp(): Promise<boolean> {
  return import('sharp').then(
    () => true,
    () => false,
  )
}

/** Resolves at the first signal, or when npm has ended. A second signal ends the process and DynamoDB Local at once. */
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
    // Only if started by npm. Without npm the process may be meant to outlive its parent, as with nohup.
    if (process.env.npm_lifecycle_event !== undefined) watchForOrphaning(resolve)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

async function greeting(
  { port, url, ownsDynamoDb, bus }: Runtime,
  { dataDir, host, likeAws }: StartSettings,
): Promise<string> {
  const isPrivate = isLoopback(host)
  const byName = `localhost:${port}`
  // Browsers try ::1 first, where another program may listen.
  const at = !url.startsWith('http://127.0.0.1:')
    ? url.slice('http://'.length)
    : (await answersAt('::1', port))
      ? `127.0.0.1:${port}`
      : byName
  const outside = isEverywhere(host) ? originOf(reachableAt(host), port) : undefined
  return `
Tabletalk is running.

  Page        http://${at}/${outside === undefined ? '' : `\n  Elsewhere   ${outside}/`}
  WebSocket   ws://${at}/local
  Token       curl -s http://${at}/dev/token -d '{"userId":"ada"}'
  Data        ${dataDir === undefined ? 'in memory, gone when it stops (DATA_DIR=… keeps it)' : `kept in ${dataDir}`}
${bus === undefined ? '' : `  Webhooks    signed with ${bus.secret}\n`}${likeAws ? '  Like AWS    delays, throttling and an index that lags\n' : ''}  Stop        Ctrl-C
${ownsDynamoDb ? LISTENS_EVERYWHERE : ''}${isPrivate ? '' : OPEN_TO_THE_NETWORK}`
}

/** Whether something listens at an address of this machine. */
async function answersAt(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
