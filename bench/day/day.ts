import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'
import { ChatClient } from '../../client/index.ts'

export interface Plan {
  messages: number
  /** How often DynamoDB Local's JVM is killed, evenly distributed over the messages. */
  kills: number
  clients: number
  rooms: number
  /** Average milliseconds after which a connection is cut. */
  cutEveryMs: number
  /** Nobody begins another message after this time: for a machine that others use as well. */
  minutes: number
}

export interface Sample {
  sent: number
  seconds: number
  /** Messages per second since the previous sample. */
  rate: number
  jvmMB: number
  runtimeMB: number
}

export interface Day {
  sent: number
  samples: Sample[]
  kills: number
  cuts: number
  /** What is wrong with what the clients received. Empty if nothing is. */
  complaints: string[]
}

/** Runs `npm start` on a folder of its own, as a developer would. */
class Start {
  readonly #child
  readonly #dataDir: string
  url = ''
  /** Process id of the JVM that runs now. */
  jvm = 0

  private constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#child = spawn(process.execPath, ['--import', 'tsx', 'local/main.ts'], {
      env: { ...process.env, PORT: '0', VERBOSE: '1', DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  static async run(): Promise<Start> {
    const start = new Start(await mkdtemp(join(tmpdir(), 'tabletalk-day-')))
    const { stdout, stderr } = start.#child
    createInterface({ input: stderr }).on('line', (line) => {
      start.jvm = Number(/DynamoDB Local is up.*pid: (\d+)/.exec(line)?.[1] ?? start.jvm)
      // Failures while the database is away are expected, and their messages are long.
      if (/^(warn|error) +[A-Za-z]/.test(line)) process.stderr.write(`${line.slice(0, 160)}\n`)
    })
    for await (const line of createInterface({ input: stdout })) {
      const [, url] = /Page\s+(http:\S+)\//.exec(line) ?? []
      if (url === undefined) continue
      start.url = url
      stdout.resume()
      return start
    }
    throw new Error('unable to start Tabletalk; it ended')
  }

  async token(userId: string): Promise<string> {
    const response = await fetch(`${this.url}/dev/token`, { method: 'POST', body: JSON.stringify({ userId }) })
    return ((await response.json()) as { token: string }).token
  }

  /** Kills the JVM and waits until another one runs. */
  async killJvm(): Promise<void> {
    const killed = this.jvm
    process.kill(killed, 'SIGKILL')
    while (this.jvm === killed) {
      if (this.#child.exitCode !== null) throw new Error('unable to go on; npm start has ended')
      await delay(50)
    }
  }

  /** Prints what is stored, if something is missing. */
  async explain(client: ChatClient, rooms: readonly string[]): Promise<void> {
    for (const id of rooms) {
      const stored: number[] = []
      for (let before: number | undefined; ;) {
        const { messages, hasMore } = await client.room(id).history({ limit: 100, ...(before ? { before } : {}) })
        stored.push(...messages.map(({ seq }) => seq))
        before = messages[0]?.seq
        if (!hasMore) break
      }
      process.stderr.write(`${id}: ${String(stored.length)} are stored, the last is ${String(Math.max(...stored))}\n`)
    }
  }

  async memory(): Promise<Pick<Sample, 'jvmMB' | 'runtimeMB'>> {
    return { jvmMB: await residentMB(this.jvm), runtimeMB: await residentMB(this.#child.pid!) }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGINT')
      await once(this.#child, 'exit')
    }
    await rm(this.#dataDir, { recursive: true, force: true })
  }
}

async function residentMB(pid: number): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
    return Math.round(Number(stdout) / 1024)
  } catch {
    return NaN
  }
}

/** A user with a bad network. Keeps what each room has delivered. */
class Person {
  readonly client: ChatClient
  readonly received = new Map<string, { seq: number; content: string }[]>()
  cuts = 0
  /** Whether connections are being cut. */
  isUnlucky = false

  constructor(start: Start, userId: string, { cutEveryMs }: Plan) {
    this.client = new ChatClient({
      url: `${start.url.replace('http', 'ws')}/local`,
      getToken: () => start.token(userId),
      recoverLimit: Number.MAX_SAFE_INTEGER,
      createSocket: (url, protocols) => {
        const socket = new WebSocket(url, protocols)
        const cut = (): void => {
          if (!this.isUnlucky) return
          this.cuts++
          socket.terminate()
        }
        setTimeout(cut, -Math.log(1 - Math.random()) * cutEveryMs).unref()
        return socket
      },
    })
  }

  async enter(roomId: string): Promise<void> {
    const list: { seq: number; content: string }[] = []
    this.received.set(roomId, list)
    const room = this.client.room(roomId)
    room.on('message', ({ seq, content }) => list.push({ seq, content }))
    await room.join({ after: 0 })
  }

  /** Sends the texts in order, each as soon as the previous one is stored. Returns those that were sent. */
  async say(roomId: string, texts: readonly string[], deadline: number, sent: () => void): Promise<string[]> {
    const said: string[] = []
    for (const content of texts) {
      if (performance.now() > deadline) break
      const message = this.client.room(roomId).send({ content })
      for (;;) {
        try {
          await message.done
          break
        } catch {
          // A send that failed permanently is retried, as a person would do.
          await delay(500)
          message.retry()
        }
      }
      said.push(content)
      sent()
    }
    return said
  }
}

const SAMPLES = 20
/** Milliseconds after the last message in which everybody must have received all messages. */
const SETTLE_MS = 120_000

/** Runs a day of chatting as fast as possible, while connections are cut and the database is killed. */
export async function runDay(plan: Plan, report: (sample: Sample) => void): Promise<Day> {
  const start = await Start.run()
  try {
    const people = Array.from({ length: plan.clients }, (_, i) => new Person(start, `person-${String(i)}`, plan))
    const rooms = Array.from({ length: plan.rooms }, (_, i) => `room-${String(i)}`)
    await Promise.all(people.map(({ client }) => client.connect()))
    for (const chatRoomId of rooms) await people[0]!.client.createRoom({ chatRoomId, roomName: chatRoomId })
    for (const id of rooms) for (const person of people) await person.enter(id)

    for (const person of people) person.isUnlucky = true
    const samples: Sample[] = []
    let sent = 0
    let kills = 0
    const beganAt = performance.now()
    let last = { sent: 0, at: beganAt }
    const onSent = () => {
      sent++
      const part = Math.max(sent / plan.messages, (performance.now() - beganAt) / (plan.minutes * 60_000))
      if (part * SAMPLES >= taken.length + 1) taken.push(take())
      if (kills < plan.kills && part * (plan.kills + 1) >= kills + 1) {
        kills++
        // One after the other: a slow machine may need as long to start it again.
        killed.push((killed.at(-1) ?? Promise.resolve()).then(() => start.killJvm()))
      }
    }
    const take = async () => {
      const now = performance.now()
      const rate = (1_000 * (sent - last.sent)) / (now - last.at)
      last = { sent, at: now }
      const sample = { sent, seconds: (now - beganAt) / 1_000, rate, ...(await start.memory()) }
      samples.push(sample)
      report(sample)
    }
    const killed: Promise<void>[] = []
    const taken: Promise<void>[] = []
    const each = Math.ceil(plan.messages / plan.rooms / plan.clients)
    const texts = (person: number, id: string) =>
      Array.from({ length: each }, (_, i) => `${id} person-${String(person)} ${String(i)}`)
    const deadline = beganAt + plan.minutes * 60_000
    const said = new Map<string, string[]>()
    for (const id of rooms) said.set(id, [])
    await Promise.all(
      people.flatMap((person, p) =>
        rooms.map(async (id) => said.get(id)!.push(...(await person.say(id, texts(p, id), deadline, onSent)))),
      ),
    )
    await Promise.all([...killed, ...taken])
    for (const person of people) person.isUnlucky = false
    await settled(people, said)
    const complaints = people.flatMap((person, p) =>
      rooms.flatMap((id) =>
        complaintsAbout(`person-${String(p)} in ${id}`, person.received.get(id) ?? [], said.get(id)!),
      ),
    )
    for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
    if (complaints.length > 0) await start.explain(people[0]!.client, rooms)
    for (const { client } of people) client.disconnect()
    return { sent, samples, kills, cuts: people.reduce((sum, { cuts }) => sum + cuts, 0), complaints }
  } finally {
    await start.stop()
  }
}

async function settled(people: readonly Person[], said: ReadonlyMap<string, string[]>): Promise<void> {
  const deadline = performance.now() + SETTLE_MS
  const all = () =>
    people.every(({ received }) => [...said].every(([id, { length }]) => received.get(id)!.length >= length))
  while (!all() && performance.now() < deadline) await delay(100)
  // A message that arrives twice does so within a short time.
  await delay(1_000)
}

function complaintsAbout(where: string, received: { seq: number; content: string }[], wanted: string[]): string[] {
  const contents = new Set(received.map(({ content }) => content))
  const missing = wanted.filter((content) => !contents.has(content)).length
  const doubled = received.length - contents.size
  const disordered = received.filter(({ seq }, i) => i > 0 && seq <= received[i - 1]!.seq).length
  // Each sender's texts must arrive in the order in which they were written.
  const bySender = new Map<string, number>()
  let swapped = 0
  for (const { content } of received) {
    const [, sender = '', number = ''] = content.split(' ')
    if (Number(number) < (bySender.get(sender) ?? -1)) swapped++
    bySender.set(sender, Number(number))
  }
  const counts = Object.entries({ missing, doubled, disordered, swapped }).filter(([, count]) => count > 0)
  const first = wanted.find((content) => !contents.has(content))
  const last = received.at(-1)?.seq ?? 0
  const detail = first === undefined ? '' : ` (the first: ${first}; the last received is ${String(last)})`
  return counts.map(([what, count]) => `${where}: ${String(count)} ${what}${detail}`)
}
