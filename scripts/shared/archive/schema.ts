import * as z from 'zod/mini'
import { type Kind, type KindName, kinds } from '../../../src/archive/kinds.ts'
import type { Line } from '../../../src/archive/line.ts'
import { MAX_CONTENT_BYTES } from '../../../src/protocol/limits.ts'
import { ChatRoomId, MessageId, StoredUserId } from '../../../src/protocol/scalars.ts'

type Form = z.core.$ZodType

/** The first line of every archive. */
const Header = z.strictObject({
  type: z.literal('archive'),
  /** Rises if an older reader would misread the new lines. */
  version: z.literal(1),
  /** `all`, `room general`, `user ada`, or where it was converted from. */
  of: z.string(),
})

const Content = z.string().check(
  z.refine((text) => Buffer.byteLength(text) <= MAX_CONTENT_BYTES, {
    error: `is longer than ${MAX_CONTENT_BYTES} bytes of UTF-8`,
  }),
)

/** Attributes with a schema of their own, in whatever row they are. */
const forms: Readonly<Record<string, Form>> = {
  chatRoomId: ChatRoomId,
  userId: StoredUserId,
  senderId: StoredUserId,
  blockedId: StoredUserId,
  messageId: MessageId,
  replyTo: MessageId,
  threadId: MessageId,
  content: Content,
}

/** Fields that a line has besides its row's attributes. */
const more: Partial<Record<KindName, Record<string, Form>>> = {
  message: {
    /** The file's path, below the folder of `--files`. */
    file: z.optional(z.string()),
    /** A URL from which the file can be fetched for some hours. */
    link: z.optional(z.url()),
  },
  readState: { userId: StoredUserId, chatRoomId: ChatRoomId, threadId: z.optional(MessageId) },
}

const formOf = (type: unknown): Form => {
  if (Array.isArray(type)) return z.enum(type as string[])
  if (type === 'string') return z.string()
  if (type === 'number') return z.number()
  if (type === 'boolean') return z.boolean()
  return type === 'list' ? z.array(z.string()) : z.json()
}

/**
 * Returns the schema of a kind's lines. It is derived from the entity, so that archives have every new attribute at
 * once.
 */
function schemaOf(type: KindName): Form {
  const { entity, without, json }: Kind = kinds[type]
  const attributes = Object.entries(entity.schema.attributes).filter(
    ([name]) => !without.includes(name) && !['partition', 'place'].includes(name),
  )
  const shape = attributes.map(([name, attribute]) => {
    const form = json.includes(name) ? z.json() : (forms[name] ?? formOf(attribute.type))
    return [name, attribute.required === true && attribute.default === undefined ? form : z.optional(form)]
  })
  return z.strictObject({
    type: z.literal(type),
    ...(Object.fromEntries(shape) as Record<string, Form>),
    ...more[type],
  })
}

/** By `type`. */
export const schemas = {
  archive: Header,
  ...Object.fromEntries(Object.keys(kinds).map((type) => [type, schemaOf(type as KindName)])),
} as Readonly<Record<string, Form>>

/** A line that was checked: the header, or a row. */
export type CheckedLine = z.infer<typeof Header> | Line

/**
 * Parses and checks a line.
 *
 * @throws Error that says what is wrong with the line
 */
export function readLine(text: string): CheckedLine {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  const type = (json as { type?: unknown } | null)?.type
  const schema = typeof type === 'string' && Object.hasOwn(schemas, type) ? schemas[type] : undefined
  if (schema === undefined) throw new Error(`type must be one of ${Object.keys(schemas).join(', ')}`)
  const checked = z.safeParse(schema, json)
  if (checked.success) return checked.data as CheckedLine
  const [issue] = checked.error.issues
  throw new Error(`${[type, ...issue!.path].join('.')}: ${issue!.message}`)
}
