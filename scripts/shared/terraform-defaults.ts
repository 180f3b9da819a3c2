import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse: (file: string, text: string) => Promise<unknown>
}

const read = (file: string) => readFileSync(new URL(`../../terraform/${file}`, import.meta.url), 'utf8')

const { variable } = (await parse('variables.tf', read('variables.tf'))) as {
  variable: Record<string, [{ default?: unknown }]>
}

/** Returns the default of a variable of the stack. */
export function terraformDefault<T>(name: string): T {
  const declared = variable[name]?.[0]
  if (declared?.default === undefined) throw new Error(`terraform/variables.tf has no default of ${name}`)
  return declared.default as T
}

/** Returns the settings of the functions in a stack that is deployed with Terraform's defaults. */
export function terraformSettings(): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [, setting, name] of read('functions.tf').matchAll(/^ {4}([A-Z_]+) += (?:tostring\()?var\.(\w+)\)?$/gm)) {
    const value = variable[name!]?.[0].default
    if (typeof value === 'string' || typeof value === 'number') settings[setting!] = String(value)
  }
  return settings
}
