import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { format, resolveConfig } from 'prettier'
import { table } from './words.ts'

/**
 * HashiCorp's own parser of HCL, as WebAssembly. Required instead of imported, because its types refer to the DOM's and
 * would add them to every source of this repository.
 */
const { parse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse: (file: string, text: string) => Promise<unknown>
}

const root = new URL('../../', import.meta.url)

/** The READMEs of the Terraform modules. Each has its tables between marks such as `<!-- inputs:start -->`. */
export const terraformFiles = [
  'terraform/',
  'terraform/ci-roles/',
  'terraform/modules/page/',
  'terraform/modules/private-bucket/',
].map((folder) => new URL(`${folder}README.md`, root))

interface Declaration {
  description: string
  type?: string
  default?: unknown
}
/** One block per name. It is in a list, because HCL allows several. */
type Declarations = Record<string, [Declaration]>

/**
 * Returns a module's README, formatted, with the tables of its variables and outputs from the `.tf` files beside it.
 *
 * @throws Error if the README has no place for a table
 */
export async function terraformDocument(file: URL): Promise<string> {
  const { variable, output } = await declarationsIn(new URL('./', file))
  const tables = {
    inputs: table(
      ['variable', 'type', 'default', ''],
      Object.entries(variable).map(([name, [input]]) => [
        `\`${name}\``,
        typeOf(input),
        defaultOf(input),
        input.description,
      ]),
    ),
    outputs: table(
      ['output', ''],
      Object.entries(output).map(([name, [{ description }]]) => [`\`${name}\``, description]),
    ),
  }
  let text = await readFile(file, 'utf8')
  for (const [name, rows] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name}:start -->).*?(<!-- ${name}:end -->)`, 's')
    if (!place.test(text)) throw new Error(`unable to write ${file.pathname}; it has no <!-- ${name}:start -->`)
    text = text.replace(place, (_, start: string, end: string) => `${start}\n\n${rows}\n\n${end}`)
  }
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' })
}

async function declarationsIn(folder: URL): Promise<{ variable: Declarations; output: Declarations }> {
  const all = { variable: {} as Declarations, output: {} as Declarations }
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.tf'))) {
    const parsed = (await parse(file, await readFile(new URL(file, folder), 'utf8'))) as Partial<typeof all>
    Object.assign(all.variable, parsed.variable)
    Object.assign(all.output, parsed.output)
  }
  return all
}

/** Turns `${list(string)}` into `list(string)`. Shortens an object to its outline, because a cell has one line. */
const typeOf = ({ type = 'any' }: Declaration): string => {
  const written = type.replace(/^\$\{(.*)\}$/s, '$1')
  return `\`${written.replace(/object\(.*/s, (_, at: number) => (at === 0 ? 'object' : 'object)'))}\``
}

const defaultOf = (input: Declaration): string =>
  'default' in input ? `\`${JSON.stringify(input.default)}\`` : '**required**'
