import { readFileSync } from 'node:fs'

export const dataModelFile = new URL('../../docs/data-model.md', import.meta.url)

/** A row of a table, by the words of its header. */
export type Row = Record<string, string>

/**
 * Finds the table under `<!-- name -->` in `docs/data-model.md`.
 *
 * @returns the document's text, the mark and the table as they stand there, and both together
 * @throws Error if the document has no such table
 */
export function findTable(name: string) {
  const text = readFileSync(dataModelFile, 'utf8')
  const found = new RegExp(`(<!-- ${name} -->\\n+)((?:\\|.*\\n)*)`).exec(text)
  if (found === null) throw new Error(`docs/data-model.md has no table <!-- ${name} -->`)
  const [whole, mark, table] = found as unknown as [string, string, string]
  return { text, whole, mark, table }
}

/** Returns the rows of the table under `<!-- name -->` in `docs/data-model.md`. */
export function documented(name: string): Row[] {
  const [head, , ...lines] = findTable(name)
    .table.trim()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
  return lines.map((cells) => Object.fromEntries(cells.map((cell, i) => [head![i]!, cell])))
}
