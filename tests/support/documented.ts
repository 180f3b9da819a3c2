import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'

export type Row = Record<string, string>

const file = new URL('../../docs/data-model.md', import.meta.url)

/** Returns the rows of the table under `<!-- name -->` in docs/data-model.md, by the words of its header. */
export function documented(name: string): Row[] {
  return parse(find(name).table)
}

/**
 * Expects the table to have these rows, in this order. On a failure only the differences are shown. With
 * `UPDATE_DOCS=1` in the environment, the rows first replace the table (`UPDATE_DOCS=1 npx vitest run
 * --no-file-parallelism tests/entities`, then prettier).
 */
export function expectDocumented(name: string, rows: readonly Row[]): void {
  if (process.env.UPDATE_DOCS !== undefined) {
    const { text, whole, mark } = find(name)
    writeFileSync(
      file,
      text.replace(whole, () => mark + print(rows)),
    )
  }
  const [told, found] = [documented(name), rows].map((list) => list.map((row) => JSON.stringify(row)))
  const differing = {
    documented: told!.filter((row) => !found!.includes(row)),
    found: found!.filter((row) => !told!.includes(row)),
  }
  expect(differing).toEqual({ documented: [], found: [] })
  expect(told).toEqual(found)
}

function find(name: string) {
  const text = readFileSync(file, 'utf8')
  const found = new RegExp(`(<!-- ${name} -->\\n+)((?:\\|.*\\n)*)`).exec(text)
  if (found === null) throw new Error(`docs/data-model.md has no table <!-- ${name} -->`)
  const [whole, mark, table] = found as unknown as [string, string, string]
  return { text, whole, mark, table }
}

function parse(table: string): Row[] {
  const [head, , ...lines] = table
    .trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [head![i]!, cell])))
}

function print(rows: readonly Row[]): string {
  const head = Object.keys(rows[0]!)
  const lines = [head, head.map(() => '---'), ...rows.map((row) => head.map((name) => row[name]!))]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}
