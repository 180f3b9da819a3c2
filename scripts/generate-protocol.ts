/** Writes `docs/protocol.md` from the schemas in `src/protocol/`; `--check` only says whether it is current. */
import { readFile, writeFile } from 'node:fs/promises'
import { documentFile, protocolDocument } from './protocol/document.ts'

const document = await protocolDocument()
if (process.argv.includes('--check')) {
  const kept = await readFile(documentFile, 'utf8').catch(() => '')
  if (kept !== document) {
    console.error(
      'docs/protocol.md is out of date; run `npx tsx scripts/generate-protocol.ts` and commit what it writes.',
    )
    process.exitCode = 1
  }
} else {
  await writeFile(documentFile, document)
}
