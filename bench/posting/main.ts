/**
 * `npm run bench:posting`: what does a post cost the function, beside a bare unsigned one? Three ways take turns in one
 * process, over 256 kept-alive sockets each, to a server in another; a way's posts go through retries and outcomes as in
 * the fan-out. Read the ratios: they are of one run. Ends by itself within a minute.
 */
import { randomBytes } from 'node:crypto'
import { leanPost } from '../../src/delivery/posting/lean-post.ts'
import { forEachLimited } from '../../src/delivery/for-each-limited.ts'
import { sdkPost } from '../../src/delivery/posting/post.ts'
import { type Aws, CONCURRENCY, type PostFrame } from '../../src/delivery/posting/post-frame.ts'
import { postWithRetry } from '../../src/delivery/posting/post-with-retry.ts'
import type { PostingServerCalls } from '../shared/posting-server.ts'
import { Child } from '../shared/rpc.ts'
import { median } from '../shared/statistics.ts'
import { unsignedPost } from '../shared/unsigned-post.ts'

const FRAME_BYTES = 500
/** A frame of its own for every tenth post: rooms are larger than that, so nobody gains by hashing a frame once. */
const POSTS_PER_FRAME = 10
const ROUNDS = 7
const DEADLINE_MS = 58_000
/** Posts a round; fewer where one costs more, so that the rounds are about as long. */
const ways = { floor: 10_000, lean: 10_000, sdk: 2_000 }
type Way = keyof typeof ways

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
  console.error(`unable to finish the bench within ${String(DEADLINE_MS / 1_000)} s`)
  server.kill()
  process.exit(1)
}, DEADLINE_MS).unref()

const endpoint = await server.call('listen')
const posts: Record<Way, (connectionId: string, frame: Uint8Array) => Promise<void>> = {
  floor: unsignedPost(endpoint),
  lean: retried(leanPost(endpoint, aws)),
  sdk: retried(sdkPost(endpoint, aws)),
}
const names = Object.keys(ways) as Way[]
const rounds: Record<Way, Round[]> = { floor: [], lean: [], sdk: [] }
for (const way of names) await measure(way)
for (let round = 0; round < ROUNDS; round++) {
  const turns = names.map((_, i) => names[(i + round) % names.length]!)
  for (const way of turns) rounds[way].push(await measure(way))
}
await server.end()

const cpuOf = (way: Way) => median(rounds[way].map(({ cpuPerPostUs }) => cpuPerPostUs))
console.log('| way | posts/s | CPU per post, µs | beside the floor |\n| --- | ---: | ---: | ---: |')
for (const way of names) {
  const perSecond = median(rounds[way].map(({ postsPerSecond }) => postsPerSecond))
  // Of the same round: the machine's other work then counts for both.
  const ratio = median(rounds[way].map(({ cpuPerPostUs }, i) => cpuPerPostUs / rounds.floor[i]!.cpuPerPostUs))
  console.log(`| ${way} | ${perSecond.toFixed(0)} | ${cpuOf(way).toFixed(1)} | ${ratio.toFixed(2)}× |`)
}
process.exit(0)

async function measure(way: Way): Promise<Round> {
  const connectionIds = Array.from({ length: ways[way] }, () => randomBytes(11).toString('base64'))
  const frames = Array.from({ length: ways[way] / POSTS_PER_FRAME }, () => randomBytes(FRAME_BYTES))
  const work = connectionIds.map((connectionId, i) => ({
    connectionId,
    frame: frames[Math.floor(i / POSTS_PER_FRAME)]!,
  }))
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await forEachLimited(work, CONCURRENCY, ({ connectionId, frame }) => posts[way](connectionId, frame))
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
