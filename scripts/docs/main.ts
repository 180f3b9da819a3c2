/**
 * `npm run docs`: writes `docs/protocol.md`, `docs/asyncapi.yaml`, `docs/openapi.yaml`, `docs/bus.schema.json` and the
 * table of `docs/bus.md` from the schemas in `src/protocol/`, the table of `docs/archive.md` from the entities, the
 * tables in the READMEs of the Terraform modules from their variables and outputs, and the root around the stack's
 * module. With `--check` it only reports whether they are current.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { archiveDocument, archiveFile } from './archive.ts'
import { asyncApiDocument, asyncApiFile } from './asyncapi.ts'
import { openApiDocument, openApiFile } from './openapi.ts'
import { busDocument, busDocumentFile, busSchema, busSchemaFile } from './bus-schema.ts'
import { documentFile, protocolDocument } from './document.ts'
import { terraformRoot } from './terraform-root.ts'
import { terraformDocument, terraformFiles } from './terraform.ts'

const documents = [
  { file: documentFile, text: await protocolDocument() },
  { file: asyncApiFile, text: await asyncApiDocument() },
  { file: archiveFile, text: await archiveDocument() },
  { file: openApiFile, text: await openApiDocument() },
  { file: busSchemaFile, text: await busSchema() },
  { file: busDocumentFile, text: await busDocument() },
  ...(await Promise.all(terraformFiles.map(async (file) => ({ file, text: await terraformDocument(file) })))),
  ...(await terraformRoot()),
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
