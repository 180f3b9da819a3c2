import { type Bus, startBus } from '../bus/bus.ts'
import type { Invoke } from '../contracts.ts'
import type { PartContext } from './part-context.ts'

/** Starts the event bus if the options name subscribers. */
export async function startBusPart(context: PartContext, invoke: Invoke): Promise<Bus | undefined> {
  const { options, stack, log, closers } = context
  if (options.bus === undefined) return undefined
  const bus = await startBus({ ...options.bus, stack, invoke, log })
  closers.add(() => bus.close())
  return bus
}
