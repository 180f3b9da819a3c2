import { S3Error } from './s3-error.ts'

interface Condition {
  operator: 'eq' | 'starts-with'
  /** In lower case, without `$`. */
  field: string
  value: string
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
export interface PostPolicy {
  expiration: Date
  conditions: Condition[]
  /** Bytes that the file may have, both ends inclusive. */
  sizeRange?: { min: number; max: number }
}

/** @throws S3Error InvalidPolicyDocument */
export function parsePolicy(base64: string): PostPolicy {
  const document = parseJson(base64)
  const { expiration, conditions } = document
  const date =
    typeof expiration === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(expiration) ? new Date(expiration) : undefined
  if (!date || Number.isNaN(date.getTime())) throw invalid("Invalid 'expiration' value.")
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.')
  const policy: PostPolicy = { expiration: date, conditions: [] }
  for (const condition of conditions as unknown[]) {
    if (!Array.isArray(condition)) {
      policy.conditions.push(...exactConditions(condition))
      continue
    }
    const [operator, first, second] = condition as unknown[]
    const kind = typeof operator === 'string' ? operator.toLowerCase() : ''
    if (condition.length !== 3) throw invalid('Invalid Policy: a condition needs three elements.')
    if (kind === 'content-length-range') {
      policy.sizeRange = { min: byteCount(first), max: byteCount(second) }
    } else if (kind === 'eq' || kind === 'starts-with') {
      if (typeof first !== 'string' || !first.startsWith('$') || typeof second !== 'string') {
        throw invalid('Invalid Policy: a condition compares a $field with a string.')
      }
      policy.conditions.push({ operator: kind, field: first.slice(1).toLowerCase(), value: second })
    } else {
      throw invalid(`Invalid Policy: unknown operation ${String(operator)}.`)
    }
  }
  return policy
}

/**
 * Checks a form against its policy, except for the file's size.
 *
 * @param fields by lower-cased name, with `${filename}` replaced and `bucket` added
 * @throws S3Error AccessDenied
 */
export function checkPolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>, now: Date): void {
  if (policy.expiration.getTime() <= now.getTime()) throw denied('Policy expired.')
  const failed = policy.conditions.find((condition) => !holds(condition, fields.get(condition.field)))
  if (failed) {
    throw denied(`Policy Condition failed: ${JSON.stringify([failed.operator, `$${failed.field}`, failed.value])}`)
  }
  const covered = new Set([
    ...policy.conditions.map((condition) => condition.field),
    'policy',
    'x-amz-signature',
    'bucket',
  ])
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith('x-ignore-'))
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`)
}

function holds({ operator, field, value }: Condition, actual: string | undefined): boolean {
  if (actual === undefined) return false
  if (operator === 'eq') return actual === value
  // Only this field's value is a list: "content-types separated by commas … each must match".
  const each = field === 'content-type' ? actual.split(',').map((type) => type.trim()) : [actual]
  return each.every((one) => one.startsWith(value))
}

function exactConditions(condition: unknown): Condition[] {
  if (typeof condition !== 'object' || condition === null)
    throw invalid('Invalid Policy: a condition is a list or an object.')
  return Object.entries(condition).map(([field, value]) => {
    if (typeof value !== 'string') throw invalid('Invalid Policy: a condition compares with a string.')
    return { operator: 'eq', field: field.toLowerCase(), value }
  })
}

function byteCount(value: unknown): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw invalid('Invalid Policy: content-length-range needs two numbers of bytes.')
  }
  return count
}

function parseJson(base64: string): Record<string, unknown> {
  let document: unknown
  try {
    document = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch (cause) {
    throw new S3Error('InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.', { cause })
  }
  if (typeof document !== 'object' || document === null) throw invalid('Invalid Policy: Invalid JSON.')
  return document as Record<string, unknown>
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidPolicyDocument', message)
}

function denied(reason: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`)
}
