import { setTimeout as sleep } from 'node:timers/promises'

/** What a release does to the stack and asks of it. */
export interface Deployment {
  /** Runs `terraform apply` with these variables in addition. */
  apply: (variables: Record<string, string>) => Promise<void>
  /** The stack's outputs by name; none before the first deploy. */
  outputs: () => Promise<Record<string, unknown>>
  /** Those of the alarms that are raised. */
  raised: (alarms: readonly string[]) => Promise<string[]>
}

export interface Pace {
  /** Share of the calls that the new versions get first. */
  weight: number
  /** How long the alarms are watched meanwhile. */
  watchMs: number
  /** Between two looks. */
  everyMs: number
}

/** The new versions were taken back, because an alarm was raised while they had their share. */
export class TakenBack extends Error {}

/**
 * Deploys by and by: the new versions get a share of the calls, and all of them when no alarm was raised for a while.
 * An alarm takes them back at once. The first deploy of a stack has nothing to go back to and is a plain one.
 *
 * @param say is told each step
 * @throws Error when an alarm is raised before anything was done
 * @throws TakenBack naming the alarms
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
