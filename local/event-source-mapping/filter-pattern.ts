/** Whether a record passes the mapping's filters. */
export type RecordFilter = (record: object) => boolean

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Matcher = (value: unknown) => boolean

/** The value of a missing field. */
const ABSENT = undefined

/**
 * Compiles filter patterns, which are evaluated as Lambda does it. A record passes if it matches at least one pattern,
 * and every record passes if there are none. It must match every key of a pattern, and at least one entry of each
 * array. An array in the record matches if any of its elements does.
 *
 * Patterns name DynamoDB's type tags (`{"NewImage":{"k":{"S":["v"]}}}`). `exists` looks at leaves: `{"exists":true}`
 * never matches an attribute, only its `S`. `$or` needs one matching pattern. Other operators are not emulated.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 *
 * @throws Error for a pattern that Lambda would refuse, or that is not emulated
 */
export function compileFilters(patterns: readonly object[]): RecordFilter {
  if (patterns.length === 0) return () => true
  const matchers = patterns.map((pattern) => compileObject(pattern as Json, JSON.stringify(pattern)))
  return (record) => matchers.some((matches) => matches(record))
}

function compileObject(pattern: Json, path: string): Matcher {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw invalid(path, 'an object with keys is expected')
  const fields = Object.entries(pattern).map(([name, inner]): Matcher => {
    if (name === '$or') return compileOr(inner, path)
    const matches = Array.isArray(inner) ? compileLeaf(inner, name) : compileObject(inner, name)
    return (value) => matches(isObject(value) ? value[name] : ABSENT)
  })
  const matchesOne: Matcher = (value) => fields.every((matches) => matches(value))
  return (value) => (Array.isArray(value) ? value.some(matchesOne) : matchesOne(value))
}

function compileOr(alternatives: Json, path: string): Matcher {
  if (!Array.isArray(alternatives) || alternatives.length === 0) throw invalid(path, '$or takes an array of patterns')
  const matchers = alternatives.map((one) => compileObject(one, `${path} $or`))
  return (value) => matchers.some((matches) => matches(value))
}

function compileLeaf(entries: Json[], name: string): Matcher {
  if (entries.length === 0) throw invalid(name, 'an empty array matches nothing')
  const matchers = entries.map((entry) => compileEntry(entry, name))
  return (value) =>
    matchers.some((matches) => (Array.isArray(value) ? value.some((element) => matches(element)) : matches(value)))
}

function compileEntry(entry: Json, name: string): Matcher {
  if (Array.isArray(entry)) throw invalid(name, 'an array within an array')
  if (!isObject(entry)) return (value) => value === entry

  const [[operator, operand] = [], ...others] = Object.entries(entry)
  if (operator !== 'exists' || others.length > 0) throw invalid(name, 'only the operator exists is emulated')
  if (operand === true) return (value) => value !== ABSENT && !isObject(value)
  if (operand === false) return (value) => value === ABSENT
  throw invalid(name, 'exists takes true or false')
}

function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(where: string, reason: string): Error {
  return new Error(`unable to read the filter pattern at ${where}; ${reason}`)
}
