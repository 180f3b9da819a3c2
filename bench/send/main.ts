/**
 * `npm run bench:send`: measures what a send costs the function. Compares the deployed `sendMessage`, with our table
 * client and with the AWS SDK's (`TABLE_CLIENT=sdk`), with the floor, which sends the same requests bare. The table
 * responds at once, in a process of its own. Each way has a new process in each round, and the ways take turns. Compare
 * only figures of one run, best as ratios.
 *
 * Usage: `npm run bench:send -- [rounds]`, by default 5.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { QUIET_SDK } from '../../local/quiet-sdk.ts'
import { bundleFunctions, filesOf, root } from '../../scripts/shared/bundling/bundle-functions.ts'
import { loadStack } from '../../terraform/stack.ts'
import { table } from '../../scripts/shared/markdown.ts'
import { describeMachine } from '../shared/results.ts'
import { Child } from '../shared/rpc.ts'
import { median } from '../shared/statistics.ts'
import type { StubTableCalls } from './stub-table.ts'
import type { SendWorkerCalls } from './worker.ts'

/**
 * Numbers of invocations: of an environment with little traffic, then ones that are not counted, then of a busy one.
 */
const [YOUNG, WARM_UP, WARM] = [50, 600, 1_000]

const WAYS = ['lean', 'sdk', 'floor'] as const
type Way = (typeof WAYS)[number]

/** CPU milliseconds of an invocation, and resident MiB after all invocations. */
interface Cost {
  first: number
  young: number
  warm: number
  memory: number
}

const rounds = Number(process.argv[2] ?? 5)
const stub = new Child<StubTableCalls>(new URL('./stub-table.ts', import.meta.url))
await mkdir(join(root, '.tabletalk'), { recursive: true })
const folder = await mkdtemp(join(root, '.tabletalk', 'send-cost-'))
const workerFile = join(folder, 'worker.mjs')

const environment = {
  PATH: process.env.PATH ?? '',
  AWS_ENDPOINT_URL_DYNAMODB: await stub.call('listen'),
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 't'.repeat(800),
  TABLE_TIMEOUT_MS: '30000',
  POWERTOOLS_LOG_LEVEL: 'WARN',
  ...QUIET_SDK,
}
const deployed = { SEND_BUNDLE: pathToFileURL(join(folder, 'index.mjs')).href }

async function measure(more: Record<string, string>): Promise<Cost> {
  const worker = new Child<SendWorkerCalls>(pathToFileURL(workerFile), {
    execArgv: [],
    env: { ...environment, ...more },
  })
  const first = await worker.call('invoke', 1)
  const young = await worker.call('invoke', YOUNG)
  await worker.call('invoke', WARM_UP)
  const warm = await worker.call('invoke', WARM)
  const memory = await worker.call('memory')
  await worker.end()
  return { first, young, warm, memory }
}

/** Returns the requests of one send. */
async function requestsOfSend(): Promise<string> {
  const worker = new Child<SendWorkerCalls>(pathToFileURL(workerFile), {
    execArgv: [],
    env: { ...environment, ...deployed },
  })
  await worker.call('invoke', 1)
  await worker.end()
  return JSON.stringify(await stub.call('asked'))
}

try {
  const { sendMessage } = loadStack().functions
  const [bundle] = await bundleFunctions({ sendMessage: sendMessage! })
  for (const [file, content] of filesOf(bundle!)) await writeFile(join(folder, file), content)
  const entryPoints = [join(root, 'bench/send/worker.ts')]
  await build({ entryPoints, outfile: workerFile, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' })

  const settings: Record<Way, Record<string, string>> = {
    lean: deployed,
    sdk: { ...deployed, TABLE_CLIENT: 'sdk' },
    floor: { FLOOR_REQUESTS: await requestsOfSend() },
  }
  const costs: Record<Way, Cost[]> = { lean: [], sdk: [], floor: [] }
  for (let round = 0; round < rounds; round++) {
    const turns = WAYS.map((_, i) => WAYS[(i + round) % WAYS.length]!)
    for (const way of turns) costs[way].push(await measure(settings[way]))
  }

  const of = (way: Way, what: keyof Cost) => median(costs[way].map((cost) => cost[what]))
  const ratio = (what: keyof Cost, way: Way, beside: Way) =>
    `${median(costs[way].map((cost, round) => cost[what] / costs[beside][round]![what])).toFixed(2)} ×`
  const { cpu, cores, node, load } = describeMachine()
  console.log(
    `${cpu}, ${cores} cores, Node ${node}, load ${load.toFixed(1)}; the bundle has ${bundle!.code.length} bytes`,
  )
  console.log(
    table(
      ['way', 'first, ms', `next ${YOUNG}, ms`, 'warm, ms', 'resident, MiB'],
      WAYS.map((way) => [
        way,
        of(way, 'first').toFixed(1),
        of(way, 'young').toFixed(2),
        of(way, 'warm').toFixed(3),
        of(way, 'memory').toFixed(0),
      ]).concat([
        ['lean ÷ sdk', ...(['first', 'young', 'warm', 'memory'] as const).map((what) => ratio(what, 'lean', 'sdk'))],
        [
          'lean ÷ floor',
          ...(['first', 'young', 'warm', 'memory'] as const).map((what) => ratio(what, 'lean', 'floor')),
        ],
        ['sdk ÷ floor', ...(['first', 'young', 'warm', 'memory'] as const).map((what) => ratio(what, 'sdk', 'floor'))],
      ]),
    ),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
  await stub.end()
}
