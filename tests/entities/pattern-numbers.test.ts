import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { documented } from '../../scripts/shared/data-model.ts'
import { patternsInCode, sources } from './pattern-list.ts'
import { patterns } from './patterns.ts'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

const inCode = patternsInCode()
const named = inCode.map(({ number, name }) => `${number} ${name}`)
const byNumber = (a: string, b: string) => parseInt(a.slice(2)) - parseInt(b.slice(2))

test('patterns are numbered from 1 without a gap, and no number is given twice', () => {
  expect(inCode.map(({ number }) => number)).toEqual(inCode.map((_, i) => `AP${i + 1}`))
})

test("every listed pattern is the number of its function's own doc comment", () => {
  const functions = sources().flatMap((source) =>
    [...source.matchAll(/^\/\*\*(?: |\n \* )(AP\d+)\.(?:(?!\*\/)[^])*\*\/\nexport async function (\w+)/gm)].map(
      ([, number, name]) => `${number} ${name}`,
    ),
  )
  expect(functions.sort(byNumber)).toEqual(named)
})

test('the document lists the same numbers and functions', () => {
  const rows = documented('patterns')
  expect(rows.map((row) => `${row['No.']} ${row.Function!.replaceAll('`', '')}`)).toEqual(named)
})

test('every number and function has a test named after it, and a call to be measured', () => {
  const files = readdirSync(new URL('tests/entities/', root)).filter((file) => file.startsWith('access-patterns'))
  const titles = files.flatMap((file) => [...read(`tests/entities/${file}`).matchAll(/test\('(AP\d+ \w+) /g)])
  expect([...new Set(titles.map(([, title]) => title!))].sort(byNumber)).toEqual(named)
  expect(Object.keys(patterns).sort(byNumber)).toEqual(inCode.map(({ number }) => number))
})

test('every number that the handlers mention is a pattern', () => {
  const numbers = new Set<string>(inCode.map(({ number }) => number))
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((file) => file.endsWith('.ts'))) {
    for (const [mentioned] of read(`src/${file}`).matchAll(/\bAP\d+\b/g)) expect(numbers, file).toContain(mentioned)
  }
})
