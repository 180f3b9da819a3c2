import { setTimeout as sleep } from 'node:timers/promises'

/** What a release does to the stack and reads from it. */
export interface Deployment {
  /** Runs `terraform apply` with these variables in addition. */
  apply: (variables: Record<string, string>) => Promise<void>
  /** Returns the stack's outputs by name, which are empty before the first deploy. */
  outputs: () => Promise<Record<string, unknown>>
  /** Returns those of the alarms that are raised. */
  raised: (alarms: readonly string[]) => Promise<string[]>
}

export interface Pace {
  /** Share of the calls that the new versions receive at first. */
  weight: number
  /** Milliseconds for which the alarms are watched meanwhile. */
  watchMs: number
  /** Milliseconds between two checks of the alarms. */
  everyMs: number
}

/** The new versions were rolled back, because an alarm was raised while they received a share of the calls. */
export class TakenBack extends Error {}

/**
 * Deploys gradually: the new versions receive a share of the calls, and all calls if no alarm was raised for a while.
 * An alarm rolls them back at once. The first deploy of a stack has no earlier version to return to, and is a plain
 * one.
 *
 * @param say called with each step
 * @throws Error if an alarm is raised before anything was done
 * @throws TakenBack with the names of the alarms
 */
export async function release(deployment: Deployment, pace: Pace, say: (step: string) => void): Promise<void> {
  const { live_versions: before, alarm_names: known } = await deployment.outputs()
  if (before === undefined || Object.keys(before as object).length === 0) {
    say('the first deploy: all calls at once')
    return deployment.apply({})
  }
  const alarms = (known ?? []) as string[]
  const early = await deployment.raised(alarms)
  if (early.length > 0) throw new Error(`unable to release; these alarms are raised already: ${early.join(', ')}`)

  const previous = { previous_versions: JSON.stringify(before) }
  say(`${pace.weight * 100} % of the calls`)
  await deployment.apply({ ...previous, new_version_weight: String(pace.weight) })
  for (let watched = 0; watched < pace.watchMs; watched += pace.everyMs) {
    await sleep(pace.everyMs)
    const raised = await deployment.raised(alarms)
    if (raised.length === 0) continue
    say('an alarm is raised: back to the versions before')
    await deployment.apply({ ...previous, new_version_weight: '0' })
    throw new TakenBack(`unable to release; the new versions were taken back, because of ${raised.join(', ')}`)
  }
  say('all calls')
  await deployment.apply({})
}
