import type { Bus } from '../bus/bus.ts'
import { functionEnvironment, windowEnvironment, type LocalParts } from '../environment.ts'
import { startLambdaHost, type LambdaHost } from '../lambda/host.ts'
import type { PartContext } from './part-context.ts'

/**
 * Bundles the stack's functions, unless they are bundled already, and prepares to run each with its own environment.
 */
export async function startFunctions(context: PartContext, parts: LocalParts, bus?: Bus): Promise<LambdaHost> {
  const { options, stack, log, closers } = context
  const lambda = await startLambdaHost({
    stack,
    environment: (functionName) => ({
      ...functionEnvironment(parts, stack.functions[functionName]?.touches.connections !== undefined),
      ...(functionName === stack.stream.function ? windowEnvironment(stack.stream.window) : {}),
      ...([stack.followups.function, stack.webhooks.function].includes(functionName) ? bus?.environment : {}),
      ...options.environment,
    }),
    functionsFolder: options.functionsFolder,
    initTimeoutMs: options.initTimeoutMs,
    environments: options.likeAws?.environments,
    unhurried: options.loadsFirst
      ? []
      : [...Object.values(stack.schedules), stack.bucket.thumbnails].map((one) => one.function),
    log,
  })
  closers.add(() => lambda.close())
  return lambda
}
