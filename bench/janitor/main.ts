/**
 * `npm run bench:janitor`: measures how much later a sender gets the reply while the janitor deletes a large room.
 * Windows with and without the janitor's work take turns in one run, at the deployed pace. Everything runs on this
 * machine, so compare the figures only with each other. `--quick` shows that it works.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startRuntime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { fillRoom } from '../shared/fill-room.ts'
import { describeMachine } from '../shared/results.ts'
import { percentile } from '../shared/statistics.ts'

const isQuick = process.argv.includes('--quick')
const ROUNDS = isQuick ? 1 : 5
/** At 200 write units per second, the janitor needs a window's time for a room. */
const WINDOW_MS = isQuick ? 2_000 : 20_000
const MESSAGES = isQuick ? 400 : 4_000
const SENDS_PER_SECOND = 20

const chat = await startRuntime()
try {
  const ada = await RawClient.open(chat.wsUrl, await chat.token('ada'))
  await ada.request({ action: 'sync' })
  await ada.request({ action: 'createRoom', chatRoomId: 'bench', roomName: 'Bench' })
  // A warm-up, because neither the functions' start nor the compiler shall count.
  await largeRoom(ada, 'warm-up')
  await truncate('warm-up')
  await sendFor(ada, WINDOW_MS / 2)
  await quiet()
  const without: number[] = []
  const during: number[] = []
  let deleted = 0
  for (let round = 0; round < ROUNDS; round++) {
    const chatRoomId = `large-${String(round)}`
    await largeRoom(ada, chatRoomId)
    await quiet()
    without.push(...(await sendFor(ada, WINDOW_MS)))
    const jobId = await truncate(chatRoomId)
    during.push(...(await sendFor(ada, WINDOW_MS)))
    await quiet()
    deleted += await doneOf(jobId)
  }
  const { cpu, cores, load } = describeMachine()
  console.log(`${cpu}, ${String(cores)} cores, load ${load.toFixed(1)}; ${String(deleted)} messages deleted by the way`)
  for (const [name, all] of [
    ['without', without],
    ['during', during],
  ] as const) {
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(all, share).toFixed(1))
    console.log(`${name.padEnd(8)} ${String(all.length)} sends: p50 ${p50!} ms, p99 ${p99!} ms`)
  }
  console.log(`p99 during / without: ${(percentile(during, 0.99) / percentile(without, 0.99)).toFixed(2)}`)
  await ada.close()
} finally {
  await chat.close()
}

/** Sends at an even rate, however long the replies take. Returns the milliseconds of each send. */
async function sendFor(client: RawClient, ms: number): Promise<number[]> {
  const sends: Promise<number>[] = []
  const end = performance.now() + ms
  while (performance.now() < end) {
    sends.push(send(client))
    await sleep(1_000 / SENDS_PER_SECOND)
  }
  return Promise.all(sends)
}

async function send(client: RawClient): Promise<number> {
  const sentAt = performance.now()
  await client.request({ action: 'sendMessage', chatRoomId: 'bench', content: 'x'.repeat(200) })
  return performance.now() - sentAt
}

async function quiet(): Promise<void> {
  await chat.mapping.idle()
  await chat.schedules.idle()
  await chat.followups.idle()
}

async function largeRoom(client: RawClient, chatRoomId: string): Promise<void> {
  await client.request({ action: 'createRoom', chatRoomId, roomName: 'Large' })
  const timestamp = Date.now() - 90 * 86_400_000
  const said = { senderId: 'ada', content: 'x'.repeat(200), timestamp }
  await fillRoom(
    chat,
    chatRoomId,
    Array.from({ length: MESSAGES }, () => said),
  )
}

async function asked(action: string, body: object): Promise<Record<string, unknown>> {
  const token = await chat.token('bench', { scope: 'tabletalk:server' })
  const response = await fetch(`${chat.url}/v1/${action}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const { data, error } = (await response.json()) as { data?: Record<string, unknown>; error?: unknown }
  if (data === undefined) throw new Error(`${action} failed: ${JSON.stringify(error)}`)
  return data
}

async function truncate(chatRoomId: string): Promise<string> {
  const { jobId } = await asked('truncateRoom', { chatRoomId, before: MESSAGES + 1 })
  return String(jobId)
}

/** Returns how many messages the job has deleted so far. Its second round, a minute later, finds none. */
async function doneOf(jobId: string): Promise<number> {
  return Number((await asked('getJob', { jobId })).done)
}
