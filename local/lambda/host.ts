import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Stack, StackFunction } from '../../terraform/stack.ts'
import type { Closable, Invoke, Log } from '../contracts.ts'
import { Running } from '../running.ts'
import { bundleFunctions, bundleIn } from './bundle.ts'
import type { WorkerRequest } from './worker-messages.ts'
import { INIT_TIMEOUT_MS, Sandbox } from './sandbox.ts'

interface LambdaHostOptions {
  stack: Pick<Stack, 'functions'>
  /**
   * Returns a function's whole environment; it inherits nothing from this process. Called once for each function,
   * before the first invocation. Functions of one folder with the same environment share a worker.
   */
  environment: (functionName: string) => Record<string, string>
  /** A folder that `bundleFunctions` has made from the stack. Default: one is made, and `close` deletes it. */
  functionsFolder?: string | undefined
  /** Milliseconds that a function may take to load. Default 120,000. */
  initTimeoutMs?: number | undefined
  /** Number of execution environments of each function, each with its own module state. Default 1. */
  environments?: number | undefined
  /** Functions that `warm` doesn't load, because nobody waits for them. */
  unhurried?: readonly string[] | undefined
  log: Log
}

/** Runs the stack's functions in worker threads. `close` waits for running invocations. */
export interface LambdaHost extends Closable {
  invoke: Invoke
  /**
   * Starts every worker and loads every function except the unhurried ones, so that no first call has to wait.
   *
   * @throws FunctionError for a function that can't be loaded
   */
  warm(): Promise<void>
  /** Ends the function's worker at once, like a crash. Running invocations fail with `Runtime.ExitError`. */
  crash(functionName: string): Promise<void>
}

/** Functions that share a worker. */
interface Group {
  name: string
  functionNames: string[]
  environment: Record<string, string>
  /** The usable sandboxes, and those whose last invocations are still running. */
  sandboxes: Set<Sandbox>
}

/**
 * Bundles the functions of the stack and prepares to run them. Not emulated: one invocation at a time per execution
 * environment, memory limits, callback-style handlers, concurrency limits.
 */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const { stack, environment, functionsFolder, initTimeoutMs = INIT_TIMEOUT_MS, unhurried = [], log } = options
  const { environments = 1 } = options
  const made = functionsFolder === undefined ? await bundleFunctions(stack.functions) : undefined
  const bundle = bundleIn(functionsFolder ?? made!.folder)
  const hurried = Object.keys(stack.functions).filter((name) => !unhurried.includes(name))
  const running = new Running()
  let groups: Map<string, Group> | undefined
  let closing: Promise<void> | undefined

  const functionOf = (functionName: string): StackFunction => {
    const found = stack.functions[functionName]
    if (!found) throw new Error(`unable to invoke ${functionName}; the stack has no such function`)
    return found
  }

  const groupOf = (functionName: string): Group => {
    functionOf(functionName)
    groups ??= groupFunctions(stack.functions, environment)
    return groups.get(functionName) as Group
  }

  const sandboxOf = (group: Group): Sandbox => {
    if (closing) throw new Error('unable to invoke a function; the host is closed')
    const { name, environment, sandboxes } = group
    const usable = [...sandboxes].filter((sandbox) => sandbox.usable)
    const [next] = usable
    if (next !== undefined && usable.length >= environments) {
      // Round robin: the sandbox that is used now comes last.
      sandboxes.delete(next)
      sandboxes.add(next)
      return next
    }
    const onEnd = () => sandboxes.delete(sandbox)
    const sandbox = new Sandbox({ name, script: bundle.worker, environment, initTimeoutMs, log, onEnd })
    sandboxes.add(sandbox)
    return sandbox
  }

  const run = (sandbox: Sandbox, request: WorkerRequest, timeoutMs: number): Promise<unknown> => {
    const result = sandbox.run(request, timeoutMs)
    running.track(result)
    return result
  }

  const stop = async (): Promise<void> => {
    await running.ended()
    // Several functions share a group.
    await Promise.all([...new Set(groups?.values())].map(endSandboxes))
    await made?.close()
  }

  return {
    async invoke(functionName, event) {
      const { memoryMb, timeoutSeconds } = functionOf(functionName)
      const timeoutMs = timeoutSeconds * 1000
      const sandbox = sandboxOf(groupOf(functionName))
      const request: WorkerRequest = {
        kind: 'invoke',
        id: randomUUID(),
        functionName,
        file: bundle.file(functionName),
        event: JSON.stringify(event),
        timeoutMs,
        memoryMb,
      }
      return run(sandbox, request, timeoutMs)
    },
    async warm() {
      const all = new Set(hurried.map(groupOf))
      await Promise.all(
        [...all].map((group) => {
          const names = group.functionNames.filter((name) => hurried.includes(name))
          const files = names.map((name) => bundle.file(name))
          return run(sandboxOf(group), { kind: 'load', id: randomUUID(), files }, 0)
        }),
      )
    },
    async crash(functionName) {
      await endSandboxes(groupOf(functionName))
    },
    close() {
      closing ??= stop()
      return closing
    },
  }
}

async function endSandboxes({ sandboxes }: Group): Promise<void> {
  await Promise.all([...sandboxes].map((sandbox) => sandbox.close()))
}

function groupFunctions(
  functions: Record<string, StackFunction>,
  environmentOf: (functionName: string) => Record<string, string>,
): Map<string, Group> {
  const groups = new Map<string, Group>()
  const byFunction = new Map<string, Group>()
  for (const [functionName, { entry }] of Object.entries(functions)) {
    const environment = environmentOf(functionName)
    const name = dirname(entry)
    const key = JSON.stringify([name, environment])
    const group = groups.get(key) ?? { name, functionNames: [], environment, sandboxes: new Set() }
    group.functionNames.push(functionName)
    groups.set(key, group)
    byFunction.set(functionName, group)
  }
  return byFunction
}
