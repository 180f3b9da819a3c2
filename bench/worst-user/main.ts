/**
 * `npm run bench:worst-user`: how much later do others get their messages while one user does their worst? For each way
 * of doing so, windows with it and without it take turns; the limits are those that Terraform sets. Everything runs on
 * this machine, so only compare the figures with each other. `--seconds=60` is how long each lasts with and without,
 * `--per-second=100` how many frames the user sends over all connections, `--attacks=rooms,syncs` chooses some.
 * Exit code 1 when the p99 is more than 1.5 of that without.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { terraformDefault } from '../../scripts/shared/terraform-defaults.ts'
import { loadStack } from '../../terraform/stack.ts'
import type { CoalescingServerCalls } from '../coalescing/server.ts'
import { Child } from '../shared/rpc.ts'
import { percentile } from '../shared/statistics.ts'
import type { WorstCalls } from './worst.ts'

const ATTACKS = 'rooms,syncs,searches,reactions,sends,history,joins,presence,typing,uploads,connections,guesses'
const MOST = 1.5
const PEOPLE = 10
/** Of all together: each stays within their own limit. */
const SENDS_PER_SECOND = 10
const WINDOWS = 3
/** A message that takes longer than this is lost. */
const LONGEST_MS = 60_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'per-second': { type: 'string', default: '100' },
    attacks: { type: 'string', default: ATTACKS },
  },
})
const windowMs = (1_000 * Number(values.seconds)) / WINDOWS

const connections = terraformDefault<number>('max_user_connections')
const environment = {
  SEARCH: 'on',
  RATE_LIMITS: terraformDefault<string>('rate_limits'),
  SEND_RATE_LIMIT: terraformDefault<string>('send_rate_limit'),
  MAX_USER_CONNECTIONS: String(connections),
}

const server = new Child<CoalescingServerCalls>(new URL('../coalescing/server.ts', import.meta.url))
const worst = new Child<WorstCalls>(new URL('./worst.ts', import.meta.url))
const people = Array.from({ length: PEOPLE }, (_, i) => `person-${String(i)}`)
const { wsUrl, tokens } = await server.call('start', {
  users: [...people, 'eve'],
  windowMs: loadStack().stream.window.milliseconds,
  environment,
})
const clients = await Promise.all(tokens.map((token) => RawClient.open(wsUrl, token)))
for (const client of clients) await client.request({ action: 'sync' })
const eve = clients.pop()!
const latencies: number[] = []
const sentAt = new Map<string, number>()
let due = 0
const { chatRoomId } = await clients[0]!.request({ action: 'createRoom', roomName: 'Others', members: people })
await Promise.all(clients.slice(1).map((client) => client.event('roomAdded')))
clients.forEach(listen)
// Made ahead: once she has made too many rooms, she may make no other.
const { chatRoomId: room } = await eve.request({ action: 'createRoom', roomName: 'Hers', access: 'link' })
await eve.request({ action: 'sendMessage', chatRoomId: room, content: 'xyzzy' })
await window()

let isGood = true
for (const attack of values.attacks.split(',')) {
  const [without, during]: [number[], number[]] = [[], []]
  const answers: Record<string, number> = {}
  for (let i = 0; i < WINDOWS; i++) {
    without.push(...(await window()))
    const perSecond = Number(values['per-second'])
    await worst.call('begin', { wsUrl, token: tokens.at(-1)!, room, attack, connections: connections - 1, perSecond })
    during.push(...(await window()))
    for (const [name, count] of Object.entries(await worst.call('end'))) answers[name] = (answers[name] ?? 0) + count
    await server.call('idle')
  }
  const [before, after] = [without, during].map((all) => percentile(all, 0.99)) as [number, number]
  const ratio = after / before
  isGood &&= ratio <= MOST
  console.log(
    `${attack.padEnd(12)} p99 without ${before.toFixed(0)} ms, during ${after.toFixed(0)} ms: ${ratio.toFixed(2)}; ` +
      `p50 ${percentile(without, 0.5).toFixed(0)} and ${percentile(during, 0.5).toFixed(0)} ms; ` +
      JSON.stringify(answers),
  )
}
for (const client of [...clients, eve]) await client.close()
await server.call('stop')
await Promise.all([server.end(), worst.end()])
process.exitCode = isGood ? 0 : 1

/** Sends at an even rate for a window. Returns how long each message took to each of the others, ms. */
async function window(): Promise<number[]> {
  latencies.length = 0
  const startedAt = performance.now()
  for (let i = 0; performance.now() < startedAt + windowMs; i++) {
    const content = `${String(startedAt)} ${String(i)}`
    sentAt.set(content, performance.now())
    due += PEOPLE - 1
    clients[i % PEOPLE]!.socket.send(JSON.stringify({ action: 'sendMessage', chatRoomId, content }))
    await sleep(Math.max(0, startedAt + ((i + 1) * 1_000) / SENDS_PER_SECOND - performance.now()))
  }
  const waitsUntil = performance.now() + LONGEST_MS
  while (due > 0) {
    if (performance.now() > waitsUntil) throw new Error(`unable to measure; ${String(due)} messages did not arrive`)
    await sleep(10)
  }
  sentAt.clear()
  return [...latencies]
}

function listen(client: RawClient): void {
  let known = client.events.length
  client.socket.on('message', () => {
    for (const event of client.events.slice(known)) {
      const began = event.event === 'message' ? sentAt.get(event.content) : undefined
      if (began === undefined) continue
      due--
      latencies.push(performance.now() - began)
    }
    known = client.events.length
  })
}
