import { writeFileSync } from 'node:fs'
import { expect } from 'vitest'
import { dataModelFile, documented, findTable, type Row } from '../../scripts/shared/data-model.ts'

/**
 * Expects the table to have these rows, in this order. On a failure only the differences are shown. With
 * `UPDATE_DOCS=1` in the environment, the rows first replace the table (`UPDATE_DOCS=1 npx vitest run
 * --no-file-parallelism tests/entities`, then prettier).
 */
export function expectDocumented(name: string, rows: readonly Row[]): void {
  if (process.env.UPDATE_DOCS !== undefined) {
    const { text, whole, mark } = findTable(name)
    writeFileSync(
      dataModelFile,
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

function print(rows: readonly Row[]): string {
  const head = Object.keys(rows[0]!)
  const lines = [head, head.map(() => '---'), ...rows.map((row) => head.map((name) => row[name]!))]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}
