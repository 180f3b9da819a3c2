import * as z from 'zod/mini'
import { Limits } from '../../src/protocol/announced-limits.ts'
import { MessageEvent } from '../../src/protocol/events.ts'
import {
  MAX_CAPTION_BYTES,
  MAX_CONTENT_BYTES,
  MAX_FILE_NAME_CHARS,
  MAX_ROOM_NAME_CHARS,
  MAX_USER_ID_CHARS,
} from '../../src/protocol/limits.ts'
import { Caption, Content, FileName, RoomName, UserId } from '../../src/protocol/scalars.ts'
import { grouped } from './words.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** A row of a table of fields. */
export interface Field {
  /** Nested fields have dotted names. `[]` precedes the fields of an array's items. */
  name: string
  type: string
  required: boolean
  constraints: string
  description: string
}

/** Schemas with a section of their own. Other tables link to the section instead of listing their fields. */
const described = new Map<z.core.$ZodType, string>([
  [MessageEvent, '[`message`](#message) event'],
  [Limits, '[limits](#limits)'],
])

/** Limits that JSON Schema can't express, because they count code points or bytes. */
const counted = new Map<z.core.$ZodType, string>([
  [UserId, `1–${grouped(MAX_USER_ID_CHARS)} code points, all of them printable`],
  [Content, `1–${grouped(MAX_CONTENT_BYTES)} bytes of UTF-8`],
  [Caption, `0–${grouped(MAX_CAPTION_BYTES)} bytes of UTF-8`],
  [FileName, `1–${grouped(MAX_FILE_NAME_CHARS)} code points`],
  [RoomName, `1–${grouped(MAX_ROOM_NAME_CHARS)} code points`],
])

/** The keys under which the JSON Schema carries the two maps above. */
const SECTION = 'x-section'
const COUNTED = 'x-counted'

/** Returns the fields of an object schema: those that a sender may set (`input`) or that a receiver gets (`output`). */
export function fieldsOf(schema: z.core.$ZodType, io: 'input' | 'output'): Field[] {
  const json = z.toJSONSchema(schema, {
    io,
    override({ zodSchema, jsonSchema }) {
      const section = lookUp(described, zodSchema)
      const count = lookUp(counted, zodSchema)
      if (section !== undefined) jsonSchema[SECTION] = section
      if (count !== undefined) jsonSchema[COUNTED] = count
    },
  })
  return rows(json, '')
}

/**
 * Looks up the schema, and then the schemas that it was derived from, because a further check or description makes a
 * copy.
 */
function lookUp(texts: Map<z.core.$ZodType, string>, schema: z.core.$ZodType): string | undefined {
  for (let at: z.core.$ZodType | undefined = schema; at !== undefined; at = at._zod.parent) {
    const text = texts.get(at)
    if (text !== undefined) return text
  }
  return undefined
}

function rows(object: JsonSchema, prefix: string): Field[] {
  return Object.entries(object.properties ?? {}).flatMap(([name, property]) => {
    const schema = schemaOf(property)
    const path = `${prefix}${name}`
    const row: Field = {
      name: path,
      type: typeOf(schema),
      required: object.required?.includes(name) ?? false,
      constraints: constraintsOf(schema),
      description: schema.description ?? itemsOf(schema)?.description ?? '',
    }
    const items = itemsOf(schema)
    if (items && !(SECTION in items)) return [row, ...rows(items, `${path}[].`)]
    return SECTION in schema ? [row] : [row, ...rows(schema, `${path}.`)]
  })
}

const schemaOf = (schema: boolean | JsonSchema): JsonSchema => (typeof schema === 'boolean' ? {} : schema)

function itemsOf({ items }: JsonSchema): JsonSchema | undefined {
  return typeof items === 'object' && !Array.isArray(items) ? items : undefined
}

function typeOf(schema: JsonSchema): string {
  if (SECTION in schema) return String(schema[SECTION])
  const items = itemsOf(schema)
  if (items) return `array of ${typeOf(items)}`
  if (typeof schema.additionalProperties === 'object') return `object of ${typeOf(schema.additionalProperties)} by name`
  return [schema.type ?? 'any'].flat().join(' or ')
}

function constraintsOf(schema: JsonSchema): string {
  if (COUNTED in schema) return String(schema[COUNTED])
  const items = itemsOf(schema)
  const names = typeof schema.propertyNames === 'object' ? constraintsOf(schema.propertyNames) : ''
  const values = typeof schema.additionalProperties === 'object' ? constraintsOf(schema.additionalProperties) : ''
  const each = items && !(SECTION in items) ? constraintsOf(items) : ''
  return [
    schema.const === undefined ? '' : `\`${JSON.stringify(schema.const)}\``,
    schema.enum ? `one of ${schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ')}` : '',
    textConstraint(schema),
    range(schema.minimum, schema.maximum, ''),
    range(schema.minItems, schema.maxItems, ' items'),
    names === '' ? '' : `names: ${names}`,
    values === '' ? '' : `values: ${values}`,
    each === '' ? '' : `each: ${each}`,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ]
    .filter((text) => text !== '')
    .join('; ')
}

function textConstraint({ format, pattern, minLength, maxLength }: JsonSchema): string {
  if (format !== undefined) return format === 'uuid' ? 'a UUID' : format
  if (pattern !== undefined) return `\`${pattern}\``
  return range(minLength, maxLength, ' code points')
}

/** Leaves out the bounds that every integer of JavaScript has. */
function range(min: number | undefined, max: number | undefined, unit: string): string {
  const low = min === undefined || min === Number.MIN_SAFE_INTEGER ? undefined : grouped(min)
  const high = max === undefined || max === Number.MAX_SAFE_INTEGER ? undefined : grouped(max)
  if (low !== undefined && high !== undefined) return `${low}–${high}${unit}`
  if (low !== undefined) return `${low} or more${unit}`
  return high === undefined ? '' : `at most ${high}${unit}`
}
