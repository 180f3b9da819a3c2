import type { Run } from '../run.ts'
import { comparisonPlots, comparisonTables } from './comparison.ts'
import { growthPlots, growthText } from './growth.ts'
import type { Plot } from './line-plot.ts'
import { short, withBlock } from '../../../scripts/shared/markdown.ts'

/** Returns the generated blocks of `docs/performance.md`: Markdown by the name of the block. */
export function blocksOf({ machine, measurements, growth, posting, start }: Run): Record<string, string> {
  return {
    machine: conditions(machine, measurements),
    comparison: comparisonTables(measurements),
    growth: growthText(growth),
    ...(posting === undefined ? {} : { posting }),
    ...(start === undefined ? {} : { start: `\`\`\`text\n${start}\n\`\`\`` }),
  }
}

export const plotsOf = ({ measurements, growth }: Run): Record<string, Plot> => ({
  ...comparisonPlots(measurements),
  ...growthPlots(growth),
})

/** Returns the document with the blocks and figures of this run. */
export const documentWith = (document: string, run: Run): string =>
  Object.entries(blocksOf(run)).reduce((text, [block, content]) => withBlock(text, block, content), document)

function conditions(
  { cpu, cores, memoryGiB, platform, node, load }: Run['machine'],
  measurements: Run['measurements'],
): string {
  const all = measurements.flatMap(({ rounds }) => rounds)
  const repeats = all.reduce((sum, round) => sum + round.repeats, 0)
  const failed = all.reduce((sum, round) => sum + round.failedSends, 0)
  const rounds = measurements.map((measurement) => measurement.rounds.length)
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)]
  const counted = fewest === most ? String(most) : `${String(fewest)} to ${String(most)}`
  return (
    `Machine: ${cpu}, ${String(cores)} cores, ${String(memoryGiB)} GiB, ${platform}, Node.js ${node}; ` +
    `load before the run ${short(load)}. Rounds per measurement: ${counted}; ` +
    `repeated events: ${String(repeats)}; failed sends: ${String(failed)}.`
  )
}
