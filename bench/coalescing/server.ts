/** The measured process: the local runtime with a coalescing window. */
import { startRuntime, type Runtime } from '../../local/runtime.ts'
import { answerCalls } from '../shared/rpc.ts'

type Environment = Record<string, string>

let runtime: Runtime

const calls = {
  /** Starts the runtime. Returns the URL to connect to, and a token for each user. */
  async start({ users, windowMs, environment }: { users: string[]; windowMs: number; environment?: Environment }) {
    runtime = await startRuntime({ environment: { STREAM_WINDOW_MS: String(windowMs), ...environment } })
    await runtime.lambda.warm()
    const tokens = await Promise.all(users.map((user) => runtime.token(user)))
    return { wsUrl: runtime.wsUrl, tokens }
  },

  /** Resolves when all records of the stream have been processed. */
  async idle() {
    await runtime.mapping.idle()
  },

  async stop() {
    await runtime.close()
  },
}

export type CoalescingServerCalls = typeof calls

answerCalls(calls)
