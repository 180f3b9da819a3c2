/** Runs in a worker thread: imports the bundled handlers and invokes them as the Node.js runtime of Lambda does. */
import { parentPort } from 'node:worker_threads'
import { invocationContext } from './invocation-context.ts'
import type { InvokeRequest, WorkerReply, WorkerRequest } from './worker-messages.ts'

type AsyncHandler = (event: unknown, context: object) => unknown

/** An error that happened before the handler was called. */
class InitError extends Error {}

const port = parentPort
if (!port) throw new Error('unable to run functions; this file has to be started as a worker thread')

// As in Lambda, an unhandled rejection ends the process, and everything that runs in it fails.
process.on('unhandledRejection', (reason) => {
  const fatal = new Error(reason instanceof Error ? reason.message : String(reason), { cause: reason })
  fatal.name = 'Runtime.UnhandledPromiseRejection'
  if (reason instanceof Error && reason.stack) fatal.stack = reason.stack
  throw fatal
})

port.on('message', (request: WorkerRequest) => {
  handle(request).then(
    (result) => port.postMessage({ kind: 'result', id: request.id, result } satisfies WorkerReply),
    (error: unknown) => port.postMessage(failure(request.id, error)),
  )
})

/** Fulfilled when nothing is being loaded ahead of its first call any more. */
let loading: Promise<unknown> = Promise.resolve()

async function handle(request: WorkerRequest): Promise<string> {
  if (request.kind === 'load') {
    const loaded = request.files.map(load)
    loading = Promise.allSettled(loaded)
    await Promise.all(loaded)
    return 'null'
  }
  const handler = await load(request.file)
  // While modules load, the thread does nothing else: the timeouts of a handler that has begun would pass meanwhile.
  // A function that can't be loaded is reported by its own call and by `load`.
  await loading
  return invoke(handler, request)
}

async function load(file: string): Promise<AsyncHandler> {
  const module = (await import(file).catch((cause: unknown) => {
    throw new InitError('unable to load the function', { cause })
  })) as { handler?: unknown }
  const { handler } = module
  if (typeof handler === 'function') return handler as AsyncHandler
  const cause = new Error(`unable to find the handler; ${file} has no function of the name "handler"`)
  cause.name = 'Runtime.HandlerNotFound'
  throw new InitError(cause.message, { cause })
}

async function invoke(handler: AsyncHandler, request: InvokeRequest): Promise<string> {
  const deadline = Date.now() + request.timeoutMs
  // Posted before the call, so that the host sets its timer even for a handler that never yields.
  port?.postMessage({ kind: 'started', id: request.id } satisfies WorkerReply)
  const result = await handler(JSON.parse(request.event) as unknown, invocationContext(request, deadline))
  return stringify(result)
}

function stringify(result: unknown): string {
  try {
    // JSON.stringify returns undefined for undefined and for a function; Lambda returns null.
    const json: string | undefined = JSON.stringify(result)
    return json ?? 'null'
  } catch (cause) {
    throw new Error('Unable to stringify response body', { cause })
  }
}

function failure(id: string, thrown: unknown): WorkerReply {
  const init = thrown instanceof InitError
  const error = init ? thrown.cause : thrown
  if (!(error instanceof Error)) {
    return { kind: 'error', id, errorType: typeof error, errorMessage: String(error), init }
  }
  const reply: WorkerReply = { kind: 'error', id, errorType: error.name, errorMessage: error.message, init }
  return error.stack ? { ...reply, trace: error.stack } : reply
}
