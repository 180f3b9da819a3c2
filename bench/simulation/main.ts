/**
 * `npm run bench:simulation`: simulates how long clients take to come back if all connections are lost at the same
 * moment, how long a message takes on AWS, and how much a large room delays the others. Takes about two minutes.
 * Nothing is measured, and the same code gives the same figures. `limits.ts`, `data-model.ts`, `behaviour.ts` and
 * `latencies.ts` contain every assumption. The figures are written to `bench/results/simulation.json`. `--write` also
 * writes them to `docs/performance.md`; `--report` does only that, from the file.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { resultFile, writeResult } from '../shared/results.ts'
import { documentWith, type SimulationResults } from './report.ts'
import { CASES, runCase } from './deliveries.ts'
import { run, type Scenario, SMALL_CHATS, STORMS } from './scenarios.ts'

/** Name of the file in `bench/results/`. */
const RESULT = 'simulation'
const document = new URL('../../docs/performance.md', import.meta.url)

const options = new Set(process.argv.slice(2))
const results = options.has('--report')
  ? (JSON.parse(await readFile(resultFile(RESULT), 'utf8')) as SimulationResults)
  : { storms: simulated(STORMS), smallChats: simulated(SMALL_CHATS), deliveries: delivered() }
if (!options.has('--report')) await writeResult(RESULT, results)
if (options.has('--report') || options.has('--write')) {
  const text = documentWith(await readFile(document, 'utf8'), results)
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }))
}

function simulated(scenarios: readonly Scenario[]): SimulationResults['storms'] {
  return scenarios.map((scenario) => {
    const { outcome } = run(scenario)
    console.log({ ...scenario, ...outcome })
    return JSON.parse(JSON.stringify({ ...scenario, outcome }, rounded)) as SimulationResults['storms'][number]
  })
}

function delivered(): SimulationResults['deliveries'] {
  return CASES.map((one) => {
    const result = runCase(one)
    console.log(result.name, result.rooms)
    return JSON.parse(JSON.stringify(result, rounded)) as SimulationResults['deliveries'][number]
  })
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value
}
