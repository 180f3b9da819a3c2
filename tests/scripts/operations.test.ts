import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { costOfDoing, DOINGS } from '../../scripts/costs/changes.ts'
import { ASSUMED, costPerMillion, GUARD, PRICES, SEND, SUBSCRIPTION_BYTES, total } from '../../scripts/costs/model.ts'
import { HABITS, month, reconnectUnits, UNITS } from '../../scripts/costs/month.ts'
import { peak, QUOTAS } from '../../scripts/costs/peak.ts'
import { READING } from '../../scripts/costs/reading.ts'
import { costTable, doingTable, monthTable, peakTable, readingTable } from '../../scripts/costs/table.ts'
import { documented as dataModel } from '../../scripts/shared/data-model.ts'

const root = new URL('../../', import.meta.url)
const text = readFileSync(new URL('docs/operations.md', root), 'utf8')

/** Returns the cells of the Markdown table in this text, without its header. */
const rowsOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )

const between = (start: string, end: string): string => {
  const [, found] = new RegExp(`${start}(.*?)${end}`, 's').exec(text) ?? []
  if (found === undefined) throw new Error(`docs/operations.md has no ${start}`)
  return found
}

test('the cost table is what the model computes', () => {
  expect(rowsOf(between('<!-- costs:start -->', '<!-- costs:end -->'))).toEqual(rowsOf(costTable()))
})

test.for([
  [2, 1],
  [10, 1],
  [100, 10],
  [1_000, 10],
] as const)('the formula of the page is the model’s, for %i connections and %i messages a batch', ([N, c]) => {
  const M = 1e6
  const GB = 2 ** 30
  expect(costPerMillion(N, c)).toEqual({
    framesIn: 2,
    posts: close((N - 1) / c),
    writes: close(2 * 0.625),
    reads: close((1 + Math.ceil((N * 184.32) / 4_096) / c) * 0.125),
    lambda: close(
      (1 + 1 / c) * 0.2 + M * (0.03 * 0.5 + ((0.02 + (N - 1) * 0.0001) / c) * (1_769 / 1_024)) * 0.0000133334,
    ),
    logs: close(((M * (400 + (1 + 1 / c) * 800 + 900 / c)) / GB) * 0.5),
    dataOut: close(((M * (N - 1) * 500) / GB) * 0.09),
  })
})

const close = (value: number): number => expect.closeTo(value, 9) as number

test('the sum that is written out is right', () => {
  const written = between('Rooms of 2, one by one: ', '\\(the parts')
  const parts = Object.values({ ...costPerMillion(2) }).map((part) => part.toFixed(2))
  for (const part of parts) expect(written).toContain(part)
  expect(written).toContain(`= ${total(costPerMillion(2)).toFixed(2)}`)
})

test('the units of a send and of its fan-out are those that were measured', () => {
  const costs = new Map(dataModel('costs').map((row) => [row.Action, row]))
  const unitsOf = (action: string) => {
    const row = costs.get(action)!
    return { readUnits: Number(row.RRU), writeUnits: Number(row.WRU) }
  }
  expect(unitsOf('`sendMessage`, room of 1,000 connections')).toEqual(SEND)
  expect(unitsOf('the same with `clientMessageId`, room of 1,000 connections')).toEqual({
    readUnits: SEND.readUnits + GUARD.readUnits,
    writeUnits: SEND.writeUnits + GUARD.writeUnits,
  })
  for (const [connections, name] of [
    [2, '2'],
    [1_000, '1,000'],
  ] as const) {
    expect(unitsOf(`the stream: 1 message, room of ${name} connections`).readUnits).toBe(
      Math.ceil((connections * SUBSCRIPTION_BYTES) / 4_096),
    )
  }
  const added = (GUARD.writeUnits * PRICES.writeUnit + GUARD.readUnits * PRICES.readUnit) * 1e6
  expect(text).toContain(`**$${added.toFixed(2)}**`)
})

test('the table of changes is what the script computes of the measured units', () => {
  expect(rowsOf(between('<!-- doings:start -->', '<!-- doings:end -->'))).toEqual(rowsOf(doingTable()))
})

test.for([10, 1_000])('a million messages cost the same in both tables, in a room of %i', (connections) => {
  const { framesIn, posts, writes, reads, dataOut } = costPerMillion(connections)
  expect(costOfDoing(DOINGS[0]!, connections)).toEqual({
    frames: framesIn,
    writes: close(writes),
    reads: close(reads),
    posts: close(posts + dataOut),
  })
})

test('a change that nobody has measured has no price', () => {
  expect(() => costOfDoing(DOINGS[0]!, 10, new Map())).toThrow('docs/data-model.md has no row "`sendMessage`')
})

test('what reading, presence and the bus cost is what the script computes from what was measured', () => {
  expect(rowsOf(between('<!-- reading:start -->', '<!-- reading:end -->'))).toEqual(rowsOf(readingTable()))
  const costs = new Map(dataModel('costs').map((row) => [row.Action, row]))
  for (const { rows = [], what, reads, writes } of READING.filter((one) => one.rows !== undefined)) {
    const measured = rows.map((row) => costs.get(row)!)
    const sumOf = (column: string) => measured.reduce((sum, row) => sum + Number(row[column]), 0)
    expect([sumOf('RRU'), sumOf('WRU')], what).toEqual([reads, writes])
  }
})

test('the month of the page is what the script computes', () => {
  const rows = rowsOf(between('<!-- month:start -->', '<!-- month:end -->'))
  expect(rows).toEqual(rowsOf(monthTable(month(HABITS))))
  const [sum, ...parts] = rows.map(([, dollars]) => Number(dollars!.replace(',', ''))).reverse()
  expect(parts.reduce((all, one) => all + one, 0)).toBeCloseTo(sum!, 0)
})

test('the table of scale.md is what the script computes, and 10 million users are above every limit', () => {
  const page = readFileSync(new URL('docs/scale.md', root), 'utf8')
  const [, table = ''] = /<!-- peak:start -->(.*?)<!-- peak:end -->/s.exec(page) ?? []
  expect(rowsOf(table)).toEqual(rowsOf(peakTable()))
  const millions = peak({ ...HABITS, users: 10_000_000 })
  for (const [what, { limit }] of Object.entries(QUOTAS)) {
    expect(millions[what as keyof typeof QUOTAS], what).toBeGreaterThan(limit)
    expect(peak({ ...HABITS, users: 1_000 })[what as keyof typeof QUOTAS], what).toBeLessThan(limit)
  }
})

test('the units of a month are those that were measured', () => {
  const costs = new Map(dataModel('costs').map((row) => [row.Action, row]))
  const sumOf = (...actions: string[]) => {
    const rows = actions.map((action) => costs.get(action)!)
    return {
      reads: rows.reduce((sum, row) => sum + Number(row.RRU), 0),
      writes: rows.reduce((sum, row) => sum + Number(row.WRU), 0),
    }
  }
  expect(UNITS.typing).toEqual(sumOf('`typingIndicator`'))
  expect(UNITS.mark).toEqual(sumOf('`markRead`, 1 room', 'the stream: a marker that has moved, small room'))
  expect(UNITS.count).toEqual(sumOf('`getUnread`, 50 rooms, 10 of them with 9 messages'))
  expect(UNITS.renewal).toEqual(sumOf('`enterPresence`, a renewal'))
  expect(UNITS.look).toEqual(sumOf('`getPresence`, 5 present'))
  expect(UNITS.form).toEqual(sumOf('`handleFileUpload`'))
  const end = ['`$disconnect`', 'the stream: a connection gone whose session another has']
  const measured = sumOf('`$connect`', '`sync` of a session again, 50 rooms', ...end)
  expect(reconnectUnits(50).writes).toBe(measured.writes)
  // A rule for any number of rooms, which is off by one unit at most.
  expect(Math.abs(reconnectUnits(50).reads - measured.reads)).toBeLessThanOrEqual(1)
  // The table of reconnect storms has the same figures.
  for (const [rooms, writes, reads] of rowsOf(between('<!-- reconnects:start -->', '<!-- reconnects:end -->'))) {
    expect(reconnectUnits(Number(rooms))).toEqual({ reads: Number(reads), writes: Number(writes) })
  }
})

test('each habit makes a month dearer, and nobody costs what is idle only', () => {
  const dollars = (habits: Partial<typeof HABITS>) =>
    Object.values(month({ ...HABITS, ...habits })).reduce((sum, part) => sum + part, 0)
  for (const [habit, value] of Object.entries(HABITS)) {
    expect(dollars({ [habit]: value * 2 || 1 }), habit).toBeGreaterThan(dollars({}))
  }
  expect(month({ ...HABITS, users: 0 })).toMatchObject({ messages: 0, reconnects: 0, uploads: 0 })
  expect(dollars({ users: 0 })).toBeCloseTo(month(HABITS)['idle: alarms, metrics, dashboard']!)
})

test('a frame holds as many events as the page says', () => {
  expect(text).toContain(`some ${Math.floor(32_768 / ASSUMED.eventBytes)} events of ${ASSUMED.eventBytes} bytes`)
})

test('every variable and output that the page names is one', () => {
  const folder = new URL('terraform/', root)
  const source = readdirSync(folder)
    .filter((file) => file.endsWith('.tf'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n')
  const named = [...text.matchAll(/output (?:-raw )?(\w+)|-var (\w+)=|`([a-z]+(?:_[a-z]+)+)(?: = [^`]*)?`/g)]
    .map(([, output, set, variable]) => output ?? set ?? variable!)
    .filter((name) => !['stream_enabled', 'token_expired'].includes(name))
  expect(named.length).toBeGreaterThan(10)
  for (const name of named) expect(source).toMatch(new RegExp(`^(?:variable|output) "${name}"`, 'm'))
})
