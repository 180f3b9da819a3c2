/**
 * `npm run costs`: prints the cost table. With `--write`, writes it and the other tables into `docs/`. With any of
 * `--users`, `--rooms`, `--messages`, `--reconnects`, `--members`, `--hours`, `--typing`, `--uploads`,
 * `--file-kilobytes`, `--marks`, `--looking` and `--events`, prints what a month of such users costs; see `Habits`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import { withBlock } from '../shared/markdown.ts'
import { HABITS, type Habits, month } from './month.ts'
import { costTable, doingTable, monthTable, peakTable, readingTable } from './table.ts'

const optionOf = (habit: string) => habit.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)
const names = Object.keys(HABITS) as (keyof Habits)[]

const { values } = parseArgs({
  options: {
    write: { type: 'boolean' },
    ...Object.fromEntries(names.map((name) => [optionOf(name), { type: 'string' as const }])),
  },
})
const given = Object.fromEntries(
  names.flatMap((name) => {
    const value = (values as Record<string, string | boolean | undefined>)[optionOf(name)]
    return value === undefined ? [] : [[name, Number(value)]]
  }),
) as Partial<Habits>
const wrong = names.find((name) => given[name] !== undefined && !(given[name] >= 0))

if (wrong !== undefined) {
  console.error(`unable to compute a month; --${optionOf(wrong)} is not a number from 0 on`)
  process.exitCode = 1
} else if (Object.keys(given).length > 0) {
  const habits = { ...HABITS, ...given }
  console.log(names.map((name) => `--${optionOf(name)} ${habits[name]}`).join(' '))
  console.log(monthTable(month(habits)))
} else if (values.write === true) {
  await write('operations.md', {
    costs: costTable(),
    doings: doingTable(),
    reading: readingTable(),
    month: monthTable(month(HABITS)),
  })
  await write('scale.md', { peak: peakTable() })
} else {
  console.log(costTable())
}

/** Writes each table between its marks in the document, `<!-- name:start -->` and `<!-- name:end -->`. */
async function write(document: string, tables: Record<string, string>): Promise<void> {
  const file = new URL(`../../docs/${document}`, import.meta.url)
  let text = await readFile(file, 'utf8')
  for (const [name, table] of Object.entries(tables)) text = withBlock(text, name, table)
  await writeFile(file, await format(text, { parser: 'markdown', printWidth: 120 }))
}
