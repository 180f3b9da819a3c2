import { stat } from 'node:fs/promises'
import { kinds } from '../../src/archive/kinds.ts'
import type { Line } from '../../src/archive/line.ts'
import { getRoom } from '../../src/entities/chat-room.ts'
import { type Erasure, erasuresOf } from '../../src/entities/erasure.ts'
import { forEachLimited } from '../../src/delivery/for-each-limited.ts'
import { linesOf } from '../shared/archive/lines-of.ts'
import { eraseUser } from '../../src/rooms/erase-user.ts'
import { haveRecounted } from '../../src/rooms/have-counted.ts'
import { keepMemberCount } from '../../src/rooms/keep-member-count.ts'
import { type CheckedLine, readLine } from '../shared/archive/schema.ts'
import { persistently } from '../shared/persistently.ts'
import { PlaceFile } from '../shared/place-file.ts'
import { type Outcome, putLine } from './put-line.ts'
import { Rooms } from './rooms.ts'
import { withoutErased } from './without-erased.ts'

/** After this many lines the place is saved. Their rows are written `AT_ONCE` at a time. */
const BATCH = 100
const AT_ONCE = 32

/** Recorded as who asked for the erasures. */
const BY = 'import'

export interface Options {
  /** Checks and counts every line, and writes nothing. */
  dryRun: boolean
  /** Puts the file of a message into the bucket, and returns the line with its place there. */
  putFile?: (line: Line) => Promise<Line>
  /** Called with the reason, for each line that can't be written. */
  onRefused: (reason: string) => void
  /** @param share the share of the work that is done, from 0 to 1 */
  onProgress: (share: number, counts: Counts) => void
}

export interface Counts {
  lines: number
  written: number
  /** Rows that existed already. */
  there: number
  refused: number
  /** Lines of users who were erased here. */
  leftOut: number
}

/**
 * An archive needs no order: first every line is checked, then the rooms are created, then everything else. At last the
 * rooms' members are counted.
 */
const passes = ['check', 'rooms', 'rest', 'counts'] as const

interface Place {
  /** The archive's size in bytes. The place is ignored if the size has changed. */
  size: number
  pass: (typeof passes)[number]
  at: number
  refusedRooms: Record<string, string>
  /** The users named in the archive who were erased here. */
  erased: string[]
  counts: Counts
}

/**
 * Writes an archive into the table. It may be interrupted at any moment, and continues with the batch where it was. An
 * existing row stays unchanged, so the import may be repeated. Erased users stay erased: their rows are left out, and a
 * job of the janitor checks once more. AP144, AP145.
 *
 * @throws Error that names the line, if the archive has an invalid one; nothing has been written then
 */
export async function importArchive(path: string, options: Options): Promise<Counts> {
  const { size } = await stat(path)
  const placeFile = new PlaceFile<Place>(path)
  const kept = options.dryRun ? undefined : await placeFile.read()
  const place = kept?.size === size ? kept : beginning(size)
  const work = new Work(place, options)
  for (const pass of passes.slice(passes.indexOf(place.pass))) {
    if (options.dryRun && pass !== 'check') break
    if (place.pass !== pass) Object.assign(place, { pass, at: 0 })
    for await (const { lines, end } of batchesOf(path, place.at)) {
      await work.batch(lines)
      place.at = end
      place.refusedRooms = Object.fromEntries(work.rooms.refused)
      place.erased = [...work.erased]
      if (pass !== 'check') await placeFile.write(place)
      options.onProgress((passes.indexOf(pass) + end / size) / passes.length, place.counts)
    }
  }
  if (!options.dryRun) {
    await work.eraseAgain()
    await placeFile.remove()
  }
  return place.counts
}

const beginning = (size: number): Place => ({
  size,
  pass: 'check',
  at: 0,
  refusedRooms: {},
  erased: [],
  counts: { lines: 0, written: 0, there: 0, refused: 0, leftOut: 0 },
})

async function* batchesOf(path: string, start: number): AsyncGenerator<{ lines: CheckedLine[]; end: number }> {
  let lines: CheckedLine[] = []
  let last = start
  for await (const { text, number, end } of linesOf(path, start)) {
    lines.push(checked(text, number, start))
    last = end
    if (lines.length < BATCH) continue
    yield { lines, end }
    lines = []
  }
  if (lines.length > 0) yield { lines, end: last }
}

function checked(text: string, number: number, start: number): CheckedLine {
  try {
    const line = readLine(text)
    if (start === 0 && number === 1 && line.type !== 'archive')
      throw new Error('an archive begins with its archive line')
    return line
  } catch (cause) {
    const where = start === 0 ? `line ${number}` : `line ${number} after byte ${start}`
    throw new Error(`unable to import; ${where}: ${(cause as Error).message}`, { cause })
  }
}

class Work {
  readonly rooms: Rooms
  /** The users named in the archive who were erased here. */
  readonly erased: Set<string>
  readonly #place: Place
  readonly #options: Options

  constructor(place: Place, options: Options) {
    this.#place = place
    this.#options = options
    this.rooms = new Rooms(place.refusedRooms)
    this.erased = new Set(place.erased)
  }

  async batch(lines: readonly CheckedLine[]): Promise<void> {
    const { pass, counts } = this.#place
    const own = lines.filter((line): line is Line => line.type !== 'archive')
    if (pass === 'check') {
      counts.lines += own.length
      return
    }
    if (pass === 'counts') return this.#countMembers(own)
    const given = own.filter(({ type }) => (type === 'room') === (pass === 'rooms') && !kinds[type].passing)
    const { lines: ofPass, met } = await persistently(() => withoutErased(given, Date.now()))
    for (const { userId } of met) this.erased.add(userId)
    counts.leftOut += given.length - ofPass.length
    if (pass === 'rest') await persistently(() => this.rooms.reserve(ofPass.filter(({ type }) => type === 'message')))
    await forEachLimited(ofPass, AT_ONCE, async (line) => {
      this.#count(await persistently(() => this.#put(line)))
    })
  }

  /** Starts a job for what no single line shows: how many replies a thread still has, and a name that was cut off. */
  async eraseAgain(): Promise<void> {
    const now = Date.now()
    for (const erasure of await erasuresOf([...this.erased])) await eraseUser(erasure as Erasure, BY, now)
  }

  async #countMembers(lines: readonly Line[]): Promise<void> {
    const rooms = lines.filter(({ type, chatRoomId }) => type === 'room' && !this.rooms.refused.has(String(chatRoomId)))
    await forEachLimited(rooms, AT_ONCE, ({ chatRoomId }) => persistently(() => countMembers(String(chatRoomId))))
  }

  async #put(line: Line): Promise<Outcome> {
    if (line.type === 'room') return this.rooms.put(line)
    const reason = this.rooms.refused.get(String(line.chatRoomId))
    if (reason !== undefined) return { refused: '' }
    const { putFile } = this.#options
    return putLine(line.file !== undefined && putFile !== undefined ? await putFile(line) : withoutFile(line))
  }

  #count(outcome: Outcome): void {
    const { counts } = this.#place
    if (typeof outcome === 'string') {
      counts[outcome]++
      return
    }
    counts.refused++
    if (outcome.refused !== '') this.#options.onRefused(outcome.refused)
  }
}

/**
 * Corrects a room's number of members, because the follow-ups skip imported rows. The janitor counts a large room. AP5,
 * AP122, and those of `keepMemberCount`.
 */
async function countMembers(chatRoomId: string): Promise<void> {
  const room = await getRoom(chatRoomId)
  if (room?.counted) await haveRecounted(room, Date.now())
  else await keepMemberCount({ chatRoomId, joined: 0, left: 0 }, Date.now())
}

/** @throws Error if the file exists only in a folder that wasn't named */
function withoutFile({ file, link: _, ...line }: Line): Line {
  if (typeof file === 'string' && line.fileUrl === undefined)
    throw new Error(`unable to import the file ${file}; name its folder with --files`)
  return line
}
