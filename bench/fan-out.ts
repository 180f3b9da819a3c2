/**
 * `npm run bench`: what does delivery cost, beside a bare broadcast over the same sockets? Method and caveats are in
 * `docs/performance.md`; `--write` puts the table there. Ends by itself within three minutes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { arch, cpus, totalmem, type } from 'node:os'
import { format } from 'prettier'
import { conditionsOf, type Run, tableOf, withResults } from './report.ts'
import { measureRoom, type RoomPlan } from './room.ts'

const plans: RoomPlan[] = [
  { connections: 10, users: 10, paced: 40, burst: 200, rounds: 5, budgetMs: 25_000 },
  { connections: 100, users: 100, paced: 40, burst: 200, rounds: 5, budgetMs: 35_000 },
  { connections: 1_000, users: 100, paced: 20, burst: 100, rounds: 5, budgetMs: 80_000 },
]

/** Whatever hangs: it ends here. */
const DEADLINE_MS = 175_000

const results = new URL('./results/latest.json', import.meta.url)
const document = new URL('../docs/performance.md', import.meta.url)

// About Node.js releases to come; the processes under measurement inherit it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const deadline = AbortSignal.timeout(DEADLINE_MS)
try {
  await report(await measure())
} catch (error) {
  console.error(deadline.aborted ? `unable to finish the bench within ${String(DEADLINE_MS / 1_000)} s` : error)
  process.exitCode = 1
}

async function measure(): Promise<Run> {
  const run: Run = { machine: machine(), rooms: [] }
  for (const plan of plans) {
    const { connections, paced, burst } = plan
    console.log(`${String(connections)} connections …`)
    run.rooms.push({ connections, paced, burst, rounds: await measureRoom(plan, deadline) })
  }
  return run
}

async function report(run: Run): Promise<void> {
  const text = `${conditionsOf(run)}\n\n${tableOf(run)}`
  console.log(`\n${text}`)
  await mkdir(new URL('.', results), { recursive: true })
  await writeFile(results, await format(JSON.stringify(run, rounded), { parser: 'json', printWidth: 120 }))
  if (!process.argv.includes('--write')) return
  await writeFile(document, withResults(await readFile(document, 'utf8'), text))
}

function machine(): Run['machine'] {
  const [first] = cpus()
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${type()} ${arch()}`,
    node: process.versions.node,
  }
}

/** Microseconds are more than enough in milliseconds. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value
}
