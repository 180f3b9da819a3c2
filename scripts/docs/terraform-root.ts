import { readdir, readFile } from 'node:fs/promises'

const moduleFolder = new URL('../../terraform/', import.meta.url)
const rootFolder = new URL('root/', moduleFolder)

const NOTE = '# `npm run docs` writes this file from the module’s.'

/**
 * Returns the files of `terraform/root/`, which pass each variable to the module and each output out of it. Terraform
 * has no shorter way. The module checks the values, so the checks aren't repeated.
 *
 * The text is formatted as by `terraform fmt`, which indents a block's own lines by two spaces.
 */
export async function terraformRoot(): Promise<{ file: URL; text: string }[]> {
  const sources = await Promise.all(
    (await readdir(moduleFolder))
      .filter((name) => name.endsWith('.tf'))
      .sort()
      .map((name) => readFile(new URL(name, moduleFolder), 'utf8')),
  )
  const variables = blocks('variable', sources)
  const names = variables.map(([name]) => name)
  const longest = Math.max(...names.map((name) => name.length))
  const call = [
    'module "tabletalk" {',
    '  source    = "../"',
    '  providers = { aws = aws, aws.us_east_1 = aws.us_east_1 }',
    '',
    ...names.map((name) => `  ${name.padEnd(longest)} = var.${name}`),
    '}',
  ].join('\n')
  const outputs = blocks('output', sources).map(([name, block]) => {
    const description = /^ {2}description = .*$/m.exec(block)?.[0]
    return `output "${name}" {\n${description}\n  value       = module.tabletalk.${name}\n}`
  })
  return [
    { file: new URL('main.tf', rootFolder), text: `${NOTE}\n${call}\n` },
    {
      file: new URL('variables.tf', rootFolder),
      text: `${[NOTE, ...variables.map(([, text]) => text)].join('\n\n')}\n`,
    },
    { file: new URL('outputs.tf', rootFolder), text: `${[NOTE, ...outputs].join('\n\n')}\n` },
  ]
}

/** Returns the blocks of a kind by name, sorted and without their checks. */
function blocks(kind: string, sources: readonly string[]): [string, string][] {
  const block = new RegExp(`^${kind} "(\\w+)" \\{\\n.*?^\\}`, 'gms')
  const found = sources.flatMap((source) => [...source.matchAll(block)])
  return found
    .map(([text, name]): [string, string] => [name!, text.replace(/\n+ {2}validation \{\n.*?^ {2}\}/gms, '')])
    .sort(([a], [b]) => (a < b ? -1 : 1))
}
