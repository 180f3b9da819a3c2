/**
 * `npm run bench`: measures what it costs to deliver a message, compared with public samples and with the least work
 * that Node.js can do it with. The method and the results are in `docs/performance.md`. `--write` writes the results
 * and plots there. `--once` makes one round of each measurement. `--quick` only shows in less than a minute that
 * everything works. `--report` writes the last run into the page again.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { resultFile, writeResult } from '../shared/results.ts'
import { FULL, ONCE, QUICK } from './plan.ts'
import { blocksOf, documentWith, plotsOf } from './report/document.ts'
import { linePlot } from './report/line-plot.ts'
import { type Run, runBench } from './run.ts'

/** Milliseconds after which a hanging run ends. A run takes about 12 minutes on an idle machine. */
const DEADLINE_MS = 25 * 60_000

/** Name of the file in `bench/results/`. */
const RESULT = 'latest'
const document = new URL('../../docs/performance.md', import.meta.url)
const plots = new URL('../../docs/plots/', import.meta.url)

const options = new Set(process.argv.slice(2))
if (options.has('--report')) {
  await write(JSON.parse(await readFile(resultFile(RESULT), 'utf8')) as Run)
} else {
  setTimeout(() => {
    console.error(`unable to finish the benchmark within ${String(DEADLINE_MS / 60_000)} minutes`)
    process.exit(1)
  }, DEADLINE_MS).unref()
  const measured = await runBench(options.has('--quick') ? QUICK : options.has('--once') ? ONCE : FULL)
  // Rounded at once, so that the page shows the same figures now and when `--report` reads them from the file.
  const run = JSON.parse(JSON.stringify(measured, rounded)) as Run
  console.log(Object.values(blocksOf(run)).join('\n\n'))
  if (!options.has('--quick')) await writeResult(RESULT, run)
  if (options.has('--write')) await write(run)
}

async function write(run: Run): Promise<void> {
  const text = documentWith(await readFile(document, 'utf8'), run)
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }))
  await mkdir(plots, { recursive: true })
  for (const [name, plot] of Object.entries(plotsOf(run))) {
    await writeFile(new URL(`${name}.svg`, plots), linePlot(plot))
  }
}

/** Rounds to three decimals, which are microseconds in a time. The dollars of a single message need more decimals. */
function rounded(key: string, value: unknown): unknown {
  return typeof value === 'number' && key !== 'dollars' ? Math.round(value * 1_000) / 1_000 : value
}
