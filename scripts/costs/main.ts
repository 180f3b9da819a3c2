/** `npm run costs`: prints the cost table; with `--write`, writes it into `docs/operations.md`. */
import { readFile, writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { costTable } from './table.ts'

const document = new URL('../../docs/operations.md', import.meta.url)

if (process.argv.includes('--write')) {
  const text = await readFile(document, 'utf8')
  const written = text.replace(
    /(<!-- costs:start -->).*(<!-- costs:end -->)/s,
    (_, start: string, end: string) => `${start}\n\n${costTable()}\n${end}`,
  )
  await writeFile(document, await format(written, { parser: 'markdown', printWidth: 120 }))
} else {
  console.log(costTable())
}
