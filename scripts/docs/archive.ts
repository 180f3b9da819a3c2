import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import type { KindName } from '../../src/archive/kinds.ts'
import { schemas } from '../shared/archive/schema.ts'
import { fieldsOf } from './fields.ts'
import { table } from './words.ts'

/** The page that contains the generated table. */
export const archiveFile = new URL('../../docs/archive.md', import.meta.url)

const what: Record<KindName, string> = {
  room: 'a room, its name and who may join',
  roomDetails: 'topic, picture, settings, pins; for a public room its name again',
  member: 'who is in a room',
  message: 'a message, an uploaded file, or the place of one that was deleted',
  reaction: 'who reacted to a message with what',
  ban: 'who may not enter a room',
  block: 'whom a user has blocked',
  invite: 'a secret that lets its reader join',
  audit: 'what was done in a room, by whom',
  profile: 'what a user is called, and a ban from the deployment',
  readState: 'how far a user has read a room or a thread',
  mention: 'that a user was mentioned',
  upload: 'a file on its way',
  connection: 'that a user is connected',
  session: 'where a user’s events are posted',
}

/** Returns `docs/archive.md` with the table of lines for the current schema. */
export async function archiveDocument(): Promise<string> {
  const rows = Object.entries(what).map(([type, description]) => {
    const fields = fieldsOf(schemas[type]!, 'input').filter(({ name }) => name !== 'type' && !/[.[]/.test(name))
    const named = (required: boolean) =>
      fields
        .filter((field) => field.required === required)
        .map(({ name }) => name)
        .join(', ')
    return [`\`${type}\``, description, named(true), named(false)]
  })
  const text = await readFile(archiveFile, 'utf8')
  const [before, , after] = text.split(/<!-- lines -->|<!-- \/lines -->/)
  const written = table(['`type`', 'what', 'attributes', 'optional attributes'], rows)
  return format([before, '<!-- lines -->\n\n', written, '\n\n<!-- /lines -->', after].join(''), {
    ...(await resolveConfig(archiveFile)),
    parser: 'markdown',
  })
}
