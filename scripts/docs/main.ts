/**
 * Writes `docs/protocol.md` and `docs/asyncapi.yaml` from the schemas in `src/protocol/`; `--check` only says whether
 * they are current.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { asyncApiDocument, asyncApiFile } from './asyncapi.ts'
import { documentFile, protocolDocument } from './document.ts'

const documents = [
  { file: documentFile, text: await protocolDocument() },
  { file: asyncApiFile, text: await asyncApiDocument() },
]
for (const { file, text } of documents) {
  if (!process.argv.includes('--check')) {
    await writeFile(file, text)
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(
      `${file.pathname.split('/').slice(-2).join('/')} is out of date; run \`npm run docs\` and commit what it writes.`,
    )
    process.exitCode = 1
  }
}
