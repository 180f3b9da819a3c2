/**
 * Measures how much later a function is ready than an empty one.
 *
 * Each round starts every bundle once in a fresh process, in another order than the last. It takes the time from the
 * process's start to the end of the import, and the CPU time used until then, which other work on the machine disturbs
 * less. The printed figures are milliseconds beyond those of the empty function. Compare only within one run, because
 * machines and hours differ.
 *
 * Usage: `npm run bench:start -- [rounds] [function…]`, by default 15 rounds of `authorizer`, `sendMessage`, `sync` and
 * `streams`.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { QUIET_SDK } from '../../local/quiet-sdk.ts'
import { loadStack } from '../../terraform/stack.ts'
import { bundleFunctions, root } from '../../scripts/shared/bundling/bundle-functions.ts'

const EMPTY = 'empty function'
/** What a bundler does without options: CommonJS, packages' `main`, every dependency as a whole. */
const STOCK = 'sendMessage, stock CommonJS'
/** The goal as a share: 90 ms where the stock build takes 215. A share holds on any machine. */
const GOAL = 90 / 215

const run = promisify(execFile)
const [rounds = '15', ...chosen] = process.argv.slice(2)
const names = chosen.length > 0 ? chosen : ['authorizer', 'sendMessage', 'sync', 'streams']

const environment = {
  PATH: process.env.PATH ?? '',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  JWKS_URL: 'http://localhost/',
  JWT_ISSUER: 'none',
  JWT_AUDIENCE: 'none',
  CONNECTIONS_ENDPOINT: 'http://localhost/',
  WEBHOOKS: '{}',
  ...QUIET_SDK,
}

interface Start {
  wall: number
  cpu: number
}

async function start(file: string): Promise<Start> {
  const script = `
    await import(${JSON.stringify(pathToFileURL(file).href)})
    const wall = performance.now()
    const { user, system } = process.cpuUsage()
    console.log(JSON.stringify({ wall, cpu: (user + system) / 1_000 }))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env: environment })
  return JSON.parse(stdout) as Start
}

const sorted = (values: number[]) => values.toSorted((a, b) => a - b)
const median = (values: number[]) => sorted(values)[values.length >> 1] ?? NaN

await mkdir(join(root, '.tabletalk'), { recursive: true })
const folder = await mkdtemp(join(root, '.tabletalk', 'start-cost-'))
try {
  const files = new Map([
    [EMPTY, join(folder, 'empty.mjs')],
    [STOCK, join(folder, 'stock.cjs')],
  ])
  await writeFile(join(folder, 'empty.mjs'), 'export const handler = async () => {}\n')
  const { functions } = loadStack()
  await build({
    absWorkingDir: root,
    entryPoints: [functions.sendMessage?.entry ?? ''],
    outfile: join(folder, 'stock.cjs'),
    bundle: true,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    logLevel: 'error',
  })
  for (const { name, code } of await bundleFunctions(functions)) {
    if (!names.includes(name)) continue
    files.set(name, join(folder, `${name}.mjs`))
    await writeFile(join(folder, `${name}.mjs`), code)
  }

  const starts = new Map([...files.keys()].map((name) => [name, [] as Start[]]))
  for (let round = 0; round < Number(rounds); round++) {
    const order = [...files]
    for (const [name, file] of round % 2 === 0 ? order : order.reverse()) starts.get(name)?.push(await start(file))
  }

  const summary = (name: string) => {
    const wall = (starts.get(name) ?? []).map((one) => one.wall)
    const cpu = (starts.get(name) ?? []).map((one) => one.cpu)
    return [median(wall), Math.min(...wall), median(cpu), Math.min(...cpu)]
  }
  const row = (name: string, figures: number[]) =>
    console.log(name.padEnd(28), ...figures.map((figure) => figure.toFixed(0).padStart(12)))
  console.log(
    `Node ${process.version}, ${availableParallelism()} CPUs, ${rounds} rounds; all in ms, over the empty function`,
  )
  console.log(' '.repeat(28), ...['median', 'fastest', 'CPU median', 'CPU least'].map((title) => title.padStart(12)))
  const empty = summary(EMPTY)
  row(`(${EMPTY} itself)`, empty)
  const over = (name: string) => summary(name).map((figure, column) => figure - (empty[column] ?? NaN))
  for (const name of starts.keys()) if (name !== EMPTY) row(name, over(name))

  if (starts.has('sendMessage')) {
    const stock = over(STOCK)
    const shares = over('sendMessage').map((figure, column) => (figure / (stock[column] ?? NaN)) * 100)
    row('sendMessage in % of stock', shares)
    console.log(`The goal is ${(GOAL * 100).toFixed(0)} %.`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
