/**
 * `npm run bench:posting`: measures what a post costs the function, compared with a bare unsigned one. Four variants
 * take turns in one process, each over 256 keep-alive sockets, to a server in another process, plain and over TLS.
 * Posts have the same retries and outcomes as in the fan-out. Compare only figures of one run, best as ratios. Takes
 * less than a minute.
 */
import { randomBytes } from 'node:crypto'
import { leanPost } from '../../src/delivery/posting/lean-post.ts'
import { forEachLimited } from '../../src/delivery/for-each-limited.ts'
import { sdkGateway } from '../../src/delivery/posting/sdk-gateway.ts'
import type { Aws } from '../../src/aws/credentials.ts'
import { CONCURRENCY, type PostFrame } from '../../src/delivery/posting/post-frame.ts'
import { postWithRetry } from '../../src/delivery/posting/post-with-retry.ts'
import type { PostingServerCalls } from '../shared/posting-server.ts'
import { byNodeHttp } from '../shared/by-node-http.ts'
import { Child } from '../shared/rpc.ts'
import { median } from '../shared/statistics.ts'
import { unsignedPost } from '../shared/unsigned-post.ts'

const FRAME_BYTES = 500
/**
 * Ten posts share a frame. That is fewer than in most rooms, so hashing a frame once for its posts gains little here.
 */
const POSTS_PER_FRAME = 10
const ROUNDS = 7
const DEADLINE_MS = 300_000
/** Fewer for a variant whose posts cost more, so that all rounds take about the same time. */
const postsPerRound = { floor: 10_000, lean: 10_000, 'lean by node:http': 10_000, sdk: 2_000 }
type Variant = keyof typeof postsPerRound

type Post = (connectionId: string, frame: Uint8Array) => Promise<void>

interface Round {
  postsPerSecond: number
  cpuPerPostUs: number
}

const aws: Aws = {
  credentials: async () => ({ accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 't'.repeat(800) }),
  region: async () => 'us-east-1',
}

const server = new Child<PostingServerCalls>(new URL('../shared/posting-server.ts', import.meta.url))
setTimeout(() => {
  console.error(`unable to finish the benchmark within ${String(DEADLINE_MS / 1_000)} s`)
  server.kill()
  process.exit(1)
}, DEADLINE_MS).unref()

// The server's certificate is self-signed.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
process.env.NODE_NO_WARNINGS = '1'
console.log('| variant | posts/s | CPU per post, µs | beside the floor |\n| --- | ---: | ---: | ---: |')
await compare(await server.call('listen'), '')
await compare(await server.call('listenSecurely'), ', over TLS')
await server.end()
process.exit(0)

async function compare(endpoint: string, suffix: string): Promise<void> {
  const posts: Record<Variant, Post> = {
    floor: unsignedPost(endpoint),
    lean: retried(leanPost(endpoint, aws)),
    'lean by node:http': retried(leanPost(endpoint, aws, byNodeHttp)),
    sdk: retried(sdkGateway(endpoint, aws).post),
  }
  const names = Object.keys(postsPerRound) as Variant[]
  const rounds: Record<Variant, Round[]> = { floor: [], lean: [], 'lean by node:http': [], sdk: [] }
  for (const variant of names) await measure(posts[variant], postsPerRound[variant])
  for (let round = 0; round < ROUNDS; round++) {
    const turns = names.map((_, i) => names[(i + round) % names.length]!)
    for (const variant of turns) rounds[variant].push(await measure(posts[variant], postsPerRound[variant]))
  }
  for (const variant of names) {
    const perSecond = median(rounds[variant].map(({ postsPerSecond }) => postsPerSecond))
    const cpu = median(rounds[variant].map(({ cpuPerPostUs }) => cpuPerPostUs))
    // Compared within a round, because other work of the machine then slows both down.
    const ratio = median(rounds[variant].map(({ cpuPerPostUs }, i) => cpuPerPostUs / rounds.floor[i]!.cpuPerPostUs))
    console.log(`| ${variant}${suffix} | ${perSecond.toFixed(0)} | ${cpu.toFixed(1)} | ${ratio.toFixed(2)}× |`)
  }
}

async function measure(post: Post, times: number): Promise<Round> {
  const connectionIds = Array.from({ length: times }, () => randomBytes(11).toString('base64'))
  const frames = Array.from({ length: times / POSTS_PER_FRAME }, () => randomBytes(FRAME_BYTES))
  const work = connectionIds.map((connectionId, i) => ({
    connectionId,
    frame: frames[Math.floor(i / POSTS_PER_FRAME)]!,
  }))
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await forEachLimited(work, CONCURRENCY, ({ connectionId, frame }) => post(connectionId, frame))
  const { user, system } = process.cpuUsage(cpu)
  return {
    postsPerSecond: (work.length / (performance.now() - startedAt)) * 1_000,
    cpuPerPostUs: (user + system) / work.length,
  }
}

function retried(post: PostFrame) {
  return async (connectionId: string, frame: Uint8Array) => {
    const { outcome, error } = await postWithRetry(post, connectionId, frame, Number.MAX_SAFE_INTEGER)
    if (outcome !== 'delivered') throw error
  }
}
