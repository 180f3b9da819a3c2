/** Whether a record passes the mapping's filters. */
export type RecordFilter = (record: object) => boolean

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Matcher = (value: unknown) => boolean

/** Stands for a field that is not there. */
const ABSENT = undefined

/**
 * Filter patterns as Lambda evaluates them: every key of a pattern has to match (AND), one entry of an array is enough
 * (OR), one pattern of several is enough, and an array in the record matches with any of its elements. No patterns:
 * everything passes.
 *
 * Patterns name DynamoDB's type tags (`{"NewImage":{"k":{"S":["v"]}}}`). Numbers are strings there (`{"N":["101"]}`), so
 * `numeric` never matches them. `exists` looks at leaves: `{"exists":true}` never matches an attribute, only its `S`.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax
 *
 * @throws Error for a pattern that Lambda would refuse.
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
  if (!Array.isArray(alternatives) || alternatives.length < 2) throw invalid(path, '$or takes two objects or more')
  const matchers = alternatives.map((alternative) => compileObject(alternative, '$or'))
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
  if (operator === undefined || operand === undefined || others.length > 0)
    throw invalid(name, 'one operator is expected')
  switch (operator) {
    case 'exists':
      if (operand === true) return (value) => value !== ABSENT && !isObject(value)
      if (operand === false) return (value) => value === ABSENT
      throw invalid(name, 'exists takes true or false')
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
      return compileText(operator, operand, name)
    case 'anything-but':
      return compileAnythingBut(operand, name)
    case 'numeric':
      return compileNumeric(operand, name)
    default:
      throw invalid(name, `no operator ${operator}`)
  }
}

function compileText(operator: string, operand: Json, name: string): Matcher {
  if (isObject(operand) && operator !== 'equals-ignore-case') {
    const wanted = operand['equals-ignore-case']
    if (typeof wanted !== 'string') throw invalid(name, `${operator} takes a string`)
    const matches = compileText(operator, wanted.toLowerCase(), name)
    return (value) => typeof value === 'string' && matches(value.toLowerCase())
  }
  if (typeof operand !== 'string') throw invalid(name, `${operator} takes a string`)
  switch (operator) {
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(operand)
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(operand)
    default:
      return (value) => typeof value === 'string' && value.toLowerCase() === operand.toLowerCase()
  }
}

/** Matches a leaf that is there and is none of these. */
function compileAnythingBut(operand: Json, name: string): Matcher {
  const excluded = Array.isArray(operand) ? operand : [operand]
  if (excluded.length === 0) throw invalid(name, 'anything-but takes something')
  const matchers = excluded.flatMap((entry): Matcher[] => {
    if (!isObject(entry)) return [compileEntry(entry, name)]
    const [[operator = '', inner = null] = [], ...others] = Object.entries(entry)
    if (!['prefix', 'suffix', 'equals-ignore-case'].includes(operator) || others.length > 0) {
      throw invalid(name, 'anything-but takes values, prefix, suffix or equals-ignore-case')
    }
    return (Array.isArray(inner) ? inner : [inner]).map((text) => compileText(operator, text, name))
  })
  return (value) => value !== ABSENT && !isObject(value) && !matchers.some((matches) => matches(value))
}

function compileNumeric(operand: Json, name: string): Matcher {
  if (!Array.isArray(operand) || operand.length === 0 || operand.length % 2 !== 0) {
    throw invalid(name, 'numeric takes pairs of a comparison and a number')
  }
  const comparisons: ((value: number) => boolean)[] = []
  for (let index = 0; index < operand.length; index += 2) {
    comparisons.push(compileComparison(operand[index], operand[index + 1], name))
  }
  return (value) => typeof value === 'number' && comparisons.every((holds) => holds(value))
}

function compileComparison(comparison: unknown, limit: unknown, name: string): (value: number) => boolean {
  if (typeof limit !== 'number') throw invalid(name, 'numeric compares with a number')
  switch (comparison) {
    case '=':
      return (value) => value === limit
    case '<':
      return (value) => value < limit
    case '<=':
      return (value) => value <= limit
    case '>':
      return (value) => value > limit
    case '>=':
      return (value) => value >= limit
    default:
      throw invalid(name, 'numeric knows =, <, <=, > and >=')
  }
}

function isObject(value: unknown): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(where: string, reason: string): Error {
  return new Error(`unable to read the filter pattern at ${where}; ${reason}`)
}
