/**
 * How the functions read their settings: nothing else in `src/` reads `process.env`. A setting is a constant of the
 * module that uses it, so a function needs only the settings of the modules that it imports, and a wrong value keeps
 * the function from starting instead of changing what it does. `docs/operations.md` lists every setting. An empty value
 * is a wrong one: an empty list of origins must not become the default, which is all of them.
 */

/** What a setting's value looks like. */
export interface Shape<T> {
  /** For the error message: "… must be `expected`". */
  expected: string
  /** Returns undefined when the text isn't of this shape. */
  parse: (value: string) => T | undefined
}

/** @throws Error naming the setting, when it is unset or not of this shape */
export function required<T>(name: string, shape: Shape<T>): T {
  const value = optional(name, shape)
  if (value === undefined) throw new Error(`unable to start; ${name} is not set, it must be ${shape.expected}`)
  return value
}

/**
 * Returns undefined when the setting is unset; `?? default` belongs behind it.
 *
 * @throws Error naming the setting, when it is set and not of this shape
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

/** Decimal digits and nothing else: no unit, no `1e6`. Both bounds are inclusive. */
export const wholeNumber = ({ from, to = Number.MAX_SAFE_INTEGER }: { from: number; to?: number }): Shape<number> => ({
  expected: `a whole number from ${from} to ${to}`,
  parse: (value) => {
    const number = Number(value)
    return /^\d+$/.test(value) && number >= from && number <= to ? number : undefined
  },
})

/** The URL as it was written. */
export const url: Shape<string> = {
  expected: 'a URL that starts with http:// or https://',
  parse: (value) => (/^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value) ? value : undefined),
}

export const oneOf = <const Choice extends string>(...choices: Choice[]): Shape<Choice> => ({
  expected: choices.join(' or '),
  parse: (value) => choices.find((choice) => choice === value),
})

/**
 * Comma-separated, spaces around an element are dropped. An element that doesn't match, such as an empty one, is
 * refused.
 */
export const listOf = ({ expected, pattern }: { expected: string; pattern: RegExp }): Shape<string[]> => ({
  expected: `a comma-separated list, each ${expected}`,
  parse: (value) => {
    const elements = value.split(',').map((element) => element.trim())
    return elements.every((element) => pattern.test(element)) ? elements : undefined
  },
})

/** The credentials that Lambda gives a function, as they are now; undefined elsewhere. */
export function credentialsOfEnvironment() {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = process.env
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) }
}

/**
 * Makes the loggers that are created from now on ignore the level of Lambda's own filter, which Lambda passes in this
 * variable.
 */
export function ignoreLambdaLogLevel(): void {
  delete process.env.AWS_LAMBDA_LOG_LEVEL
}
