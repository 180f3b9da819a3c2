import { readFileSync } from 'node:fs'

const variables = readFileSync(new URL('../../terraform/variables.tf', import.meta.url), 'utf8')

/** Returns the default of a Terraform variable that is a string or a number, as text. */
export function terraformDefault(name: string): string {
  return new RegExp(`variable "${name}" \\{[^}]*?default +=\\s*"?([^"\\n]+)`).exec(variables)![1]!
}
