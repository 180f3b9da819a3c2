import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { Invoke } from '../contracts.ts'
import { Schedule } from '../schedule.ts'
import type { PartContext } from './part-context.ts'

export interface Schedules {
  /** Receives each stream record. A new row of the entity that a schedule waits for wakes the schedule. */
  see(record: StreamRecord): void
  /** Resolves when none of the functions runs. */
  idle(): Promise<void>
}

const MINUTE_MS = 60_000

/**
 * Calls the stack's scheduled functions by the clock, as EventBridge does, with one run of each at a time. With a
 * `dataDir` it also calls them at the start, because an earlier run may have left work.
 */
export function startSchedules({ stack, options, log, closers }: PartContext, invoke: Invoke): Schedules {
  const schedules = Object.entries(stack.schedules).map(
    ([name, { function: functionName, everyMinutes, soonAfter }]) => {
      const run = async () => {
        try {
          return (await invoke(functionName, { source: 'aws.events', 'detail-type': 'Scheduled Event' })) as object
        } catch (error) {
          log.error('a scheduled function failed', { schedule: name, error: String(error) })
          return undefined
        }
      }
      const schedule = new Schedule({ everyMs: everyMinutes * MINUTE_MS, run })
      closers.add(() => schedule.close())
      if (options.dataDir !== undefined) schedule.wake()
      return { schedule, soonAfter }
    },
  )
  return {
    see({ eventName, dynamodb }) {
      const entity = dynamodb?.NewImage?.__edb_e__?.S
      for (const { schedule, soonAfter } of schedules) {
        if (eventName === 'INSERT' && entity === soonAfter) schedule.wake()
      }
    },
    async idle() {
      await Promise.all(schedules.map(({ schedule }) => schedule.idle()))
    },
  }
}
