import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import * as z from 'zod/mini'
import { BUS_SOURCE, busEvents } from '../../src/protocol/bus-events.ts'
import { busExamples } from './bus-examples.ts'

/** The generated file. */
export const busSchemaFile = new URL('../../docs/bus.schema.json', import.meta.url)

/** A page, a part of which is generated. */
export const busDocumentFile = new URL('../../docs/bus.md', import.meta.url)

/**
 * Returns `docs/bus.schema.json`: JSON Schema of the `detail` of each event on the bus, by its `detail-type`.
 * https://json-schema.org/draft/2020-12
 */
export async function busSchema(): Promise<string> {
  const schemas = Object.fromEntries(
    Object.entries(busEvents).map(([type, schema]) => {
      const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
      return [type, rest]
    }),
  )
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Events of Tabletalk on EventBridge',
    description: `By detail-type, the schema of the detail. Their source is ${BUS_SOURCE}.`,
    $defs: schemas,
  }
  return format(JSON.stringify(document), { ...(await resolveConfig(busSchemaFile)), parser: 'json' })
}

const BEGIN = '<!-- BEGIN EVENTS -->'
const END = '<!-- END EVENTS -->'

/** Returns `docs/bus.md` with the table of events and their examples for the current schemas. */
export async function busDocument(): Promise<string> {
  const text = await readFile(busDocumentFile, 'utf8')
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)]
  const rows = Object.entries(busEvents).map(
    ([type, schema]) => `| \`${type}\` | ${z.globalRegistry.get(schema)?.description ?? ''} |`,
  )
  const examples = Object.entries(busExamples).map(
    ([type, detail]) => `\`${type}\`\n\n\`\`\`json\n${JSON.stringify(detail, undefined, 2)}\n\`\`\``,
  )
  const written = ['| detail-type | when |', '| --- | --- |', ...rows].join('\n')
  const whole = `${text.slice(0, before)}${BEGIN}\n\n${written}\n\n${examples.join('\n\n')}\n\n${text.slice(after)}`
  return format(whole, { ...(await resolveConfig(busDocumentFile)), parser: 'markdown' })
}
