/**
 * Reads the settings of the functions. Nothing else in `src/` reads `process.env`. A setting is a constant of the
 * module that uses it, so a function needs only the settings of the modules that it imports. A wrong value keeps the
 * function from starting, instead of changing what it does. An empty value is wrong too: an empty list of origins must
 * not become the default, which allows all origins. `docs/operations.md` lists every setting.
 */

/** The form of a setting's value. */
export interface Shape<T> {
  /** Completes the error message "… must be `expected`". */
  expected: string
  /** Returns undefined if the text does not have this form. */
  parse: (value: string) => T | undefined
}

/**
 * Reads a setting that must be set.
 *
 * @throws Error naming the setting, when it is unset or does not have this form
 */
export function required<T>(name: string, shape: Shape<T>): T {
  const value = optional(name, shape)
  if (value === undefined) throw new Error(`unable to start; ${name} is not set, it must be ${shape.expected}`)
  return value
}

/**
 * Reads a setting. Returns undefined if it is unset; callers add a default with `??`.
 *
 * @throws Error naming the setting, when it is set and does not have this form
 */
export function optional<T>(name: string, shape: Shape<T>): T | undefined {
  const value = process.env[name]
  if (value === undefined) return undefined
  const parsed = shape.parse(value)
  if (parsed !== undefined) return parsed
  throw new Error(`unable to start; ${name} must be ${shape.expected}, not ${JSON.stringify(value)}`)
}

export const text: Shape<string> = {
  expected: 'a text without spaces around it',
  parse: (value) => (value !== '' && value.trim() === value ? value : undefined),
}

/** Decimal digits only: no unit, no `1e6`. Both bounds are inclusive. */
export const wholeNumber = ({ from, to = Number.MAX_SAFE_INTEGER }: { from: number; to?: number }): Shape<number> => ({
  expected: `a whole number from ${from} to ${to}`,
  parse: (value) => {
    const number = Number(value)
    return /^\d+$/.test(value) && number >= from && number <= to ? number : undefined
  },
})

/** Returns the URL as it is written. */
export const url: Shape<string> = {
  expected: 'a URL that starts with http:// or https://',
  parse: (value) => (/^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value) ? value : undefined),
}

export const oneOf = <const Choice extends string>(...choices: Choice[]): Shape<Choice> => ({
  expected: choices.join(' or '),
  parse: (value) => choices.find((choice) => choice === value),
})

/**
 * A comma-separated list. Spaces around an element are dropped. An element that does not match, such as an empty one,
 * is refused.
 */
export const listOf = ({ expected, pattern }: { expected: string; pattern: RegExp }): Shape<string[]> => ({
  expected: `a comma-separated list, each ${expected}`,
  parse: (value) => {
    const elements = value.split(',').map((element) => element.trim())
    return elements.every((element) => pattern.test(element)) ? elements : undefined
  },
})

/** Returns the current credentials that Lambda gives a function; undefined outside Lambda. */
export function credentialsOfEnvironment() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) }
}

/**
 * Makes loggers that are created afterwards ignore the level of Lambda's log filter, which Lambda passes in this
 * variable.
 */
export function ignoreLambdaLogLevel(): void {
  delete process.env.AWS_LAMBDA_LOG_LEVEL
}
