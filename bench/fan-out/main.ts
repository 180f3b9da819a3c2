/**
 * `npm run bench`: what does it cost to deliver a message, beside how public samples do it and beside the least that
 * Node.js can do? Method and results are in `docs/performance.md`; `--write` puts the results and their plots there, `--once`
 * makes one round of each measurement, and `--quick` only shows that everything works, in less than a minute. `--report` writes
 * the last run once more.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { FULL, ONCE, QUICK } from './plan.ts'
import { blocksOf, documentWith, plotsOf } from './report/document.ts'
import { linePlot } from './report/line-plot.ts'
import { type Run, runBench } from './run.ts'

/** Some 12 minutes on a machine that has nothing else to do; whatever hangs ends here. */
const DEADLINE_MS = 25 * 60_000

const results = new URL('../results/latest.json', import.meta.url)
const document = new URL('../../docs/performance.md', import.meta.url)
const plots = new URL('../../docs/plots/', import.meta.url)

// About Node.js releases to come; it would stand among the figures.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const options = new Set(process.argv.slice(2))
if (options.has('--report')) {
  await write(JSON.parse(await readFile(results, 'utf8')) as Run)
} else {
  setTimeout(() => {
    console.error(`unable to finish the bench within ${String(DEADLINE_MS / 60_000)} minutes`)
    process.exit(1)
  }, DEADLINE_MS).unref()
  const run = await runBench(options.has('--quick') ? QUICK : options.has('--once') ? ONCE : FULL)
  console.log(Object.values(blocksOf(run)).join('\n\n'))
  if (!options.has('--quick')) await keep(run)
  if (options.has('--write')) await write(run)
}

async function keep(run: Run): Promise<void> {
  await mkdir(new URL('.', results), { recursive: true })
  await writeFile(results, await format(JSON.stringify(run, rounded), { parser: 'json', printWidth: 120 }))
}

async function write(run: Run): Promise<void> {
  const text = documentWith(await readFile(document, 'utf8'), run)
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120 }))
  await mkdir(plots, { recursive: true })
  for (const [name, plot] of Object.entries(plotsOf(run))) {
    await writeFile(new URL(`${name}.svg`, plots), linePlot(plot))
  }
}

/** Microseconds are more than enough in milliseconds; dollars of a single message need more. */
function rounded(key: string, value: unknown): unknown {
  return typeof value === 'number' && key !== 'dollars' ? Math.round(value * 1_000) / 1_000 : value
}
