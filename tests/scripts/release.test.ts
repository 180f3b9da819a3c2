import { expect, test } from 'vitest'
import { type Deployment, release, TakenBack } from '../../scripts/release/release.ts'

const BEFORE = { streams: '7', sync: '3' }

/** Creates a stack whose alarms are raised as these checks say, one after the other. */
function stack(looks: string[][], outputs: Record<string, unknown> = {}) {
  const applied: Record<string, string>[] = []
  const deployment: Deployment = {
    apply: async (variables) => void applied.push(variables),
    outputs: async () => ({ live_versions: BEFORE, alarm_names: ['one', 'two'], ...outputs }),
    raised: async (alarms) => {
      expect(alarms).toEqual(['one', 'two'])
      return looks.shift() ?? []
    },
  }
  const run = () => release(deployment, { weight: 0.1, watchMs: 20, everyMs: 5 }, () => {})
  return { applied, run }
}

const previous = { previous_versions: JSON.stringify(BEFORE) }

test('the new versions have a share of the calls first, and all of them when no alarm was raised', async () => {
  const { applied, run } = stack([])
  await run()
  expect(applied).toEqual([{ ...previous, new_version_weight: '0.1' }, {}])
})

test('an alarm takes them back', async () => {
  const { applied, run } = stack([[], [], ['two']])
  await expect(run()).rejects.toThrow(
    new TakenBack('unable to release; the new versions were taken back, because of two'),
  )
  expect(applied).toEqual([
    { ...previous, new_version_weight: '0.1' },
    { ...previous, new_version_weight: '0' },
  ])
})

test('nothing is done while an alarm is raised', async () => {
  const { applied, run } = stack([['one']])
  await expect(run()).rejects.toThrow('unable to release; these alarms are raised already: one')
  expect(applied).toEqual([])
})

test('the first deploy has nothing to go back to', async () => {
  const { applied, run } = stack([], { live_versions: undefined })
  await run()
  expect(applied).toEqual([{}])
})
