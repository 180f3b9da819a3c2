import { readdirSync, readFileSync } from 'node:fs'
import type { Asked } from '../support/recorded.ts'
import type { Pattern } from './patterns.ts'

const folder = new URL('../../src/entities/', import.meta.url)

export interface ListedPattern {
  number: Pattern
  name: string
  question: string
}

/** Returns the sources of src/entities. */
export const sources = (): string[] => readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))

/** Returns what the entities' doc comments list, as ``- AP1 `putConnection`: question``, by number. */
export function patternsInCode(): ListedPattern[] {
  return sources()
    .flatMap((source) => [...source.matchAll(/^ \* - (AP\d+) `(\w+)`: (.+)$/gm)])
    .map(([, number, name, question]) => ({ number: number as Pattern, name: name!, question: question! }))
    .sort((a, b) => Number(a.number.slice(2)) - Number(b.number.slice(2)))
}

/** Answers that the patterns need, if an empty one is not enough. */
export const answers = {
  UpdateItem: { Attributes: { HeadSeq: 1 } },
  BatchWriteItem: { UnprocessedItems: {} },
}

interface Key {
  pk: string
  sk: string
}

interface Put {
  Item: Key
}

interface Batched {
  PutRequest?: Put
  DeleteRequest?: { Key: Key }
}

/** Returns how a pattern reads or writes, as the document shows it: index or table, operation, key, condition. */
export function wayOf(asked: readonly Asked[]): { On: string; Operation: string; Key: string; Condition: string } {
  const [{ operation, input }] = asked as [Asked]
  const parts = (input.TransactItems ?? []) as Record<string, Put & { Key: Key }>[]
  const [batch] = Object.values(input.RequestItems ?? {}) as [{ Keys: Key[] } | Batched[] | undefined]
  const key = (input.Key ?? (input as unknown as Put).Item) as Key | undefined
  const keys = Array.isArray(batch)
    ? batch.map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest!.Key)
    : (batch?.Keys ?? parts.flatMap((part) => Object.values(part).map(({ Item, Key }) => Item ?? Key)))
  const conditions = [input, ...parts.flatMap((part) => Object.values(part))].map((part) =>
    named((part as Record<string, unknown>).ConditionExpression as string | undefined, part as Record<string, unknown>),
  )
  return {
    On: typeof input.IndexName === 'string' ? input.IndexName : 'table',
    Operation: operation + (isConsistent(input) ? ', consistent' : ''),
    Key:
      operation === 'Query'
        ? `\`${named(input.KeyConditionExpression as string, input, true)}\``
        : (key === undefined ? keys : [key]).map(({ pk, sk }) => `\`${pk}\`, \`${sk}\``).join('; '),
    Condition: [...new Set(conditions.filter((condition) => condition !== ''))]
      .map((condition) => `\`${condition}\``)
      .join('; '),
  }
}

function isConsistent(input: Record<string, unknown>): boolean {
  const [batch] = Object.values((input.RequestItems ?? {}) as Record<string, Record<string, unknown>>)
  return (batch ?? input).ConsistentRead === true
}

/**
 * Returns an expression with its placeholders filled in. Shortens the usual existence checks of both key attributes.
 */
function named(expression: string | undefined, input: Record<string, unknown>, quoted = false): string {
  const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>
  const values = (input.ExpressionAttributeValues ?? {}) as Record<string, unknown>
  return (expression ?? '')
    .replace('attribute_not_exists(#pk) AND attribute_not_exists(#sk)', 'new')
    .replace('attribute_exists(#pk) AND attribute_exists(#sk)', 'exists')
    .replace(/#\w+/g, (name) => names[name] ?? name)
    .replace(/:\w+/g, (name) => (quoted ? printable(JSON.stringify(values[name])) : String(values[name])))
}

/** Escapes characters that no reader of the document could see, such as the one that sorts after every id. */
const printable = (text: string): string =>
  text.replace(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
