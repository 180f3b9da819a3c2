import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { terraformRoot } from '../../scripts/docs/terraform-root.ts'
import { terraformDocument, terraformFiles } from '../../scripts/docs/terraform.ts'
import { REQUIRED_VARIABLES } from '../../scripts/terraform-check/workspace.ts'

const { parse: hclParse } = createRequire(import.meta.url)('@cdktn/hcl2json') as {
  parse: (file: string, text: string) => Promise<unknown>
}

const stack = terraformFiles[0]!

test.each(terraformFiles.map((file) => [file.pathname.split('/terraform/')[1]!, file] as const))(
  'terraform/%s has the variables and outputs of its module; if not, run `npm run docs`',
  async (_name, file) => {
    expect(await readFile(file, 'utf8')).toBe(await terraformDocument(file))
  },
)

test('the root hands on each variable and output of the module; if not, run `npm run docs`', async () => {
  for (const { file, text } of await terraformRoot()) expect(await readFile(file, 'utf8'), file.pathname).toBe(text)
})

test('the variables that are said to be required are those without a default', async () => {
  const text = await readFile(stack, 'utf8')
  const required = [...text.matchAll(/^\| `(\w+)` .*\*\*required\*\*/gm)].map(([, name]) => name!)
  expect(required.sort()).toEqual(Object.keys(REQUIRED_VARIABLES).sort())
})

test('prod.tfvars.example sets every required variable and names no other than those of the stack', async () => {
  const example = await readFile(new URL('root/prod.tfvars.example', stack), 'utf8')
  const folder = new URL('root/', stack)
  const sources = (await readdir(folder)).filter((file) => file.endsWith('.tf'))
  const variables = (await Promise.all(sources.map((file) => readFile(new URL(file, folder), 'utf8')))).join('\n')
  const set = [...example.matchAll(/^(\w+) +=/gm)].map(([, name]) => name!)
  const suggested = [...example.matchAll(/^# (\w+) += /gm)].map(([, name]) => name!)
  expect(set.toSorted()).toEqual(Object.keys(REQUIRED_VARIABLES).sort())
  for (const name of suggested) expect(variables).toContain(`variable "${name}" {`)
})

const examples = new URL('examples/environments/', stack)
const exampleFiles = (await readdir(examples)).filter((file) => file.endsWith('.tfvars'))

test.each(exampleFiles)('the example %s sets variables of the stack', async (file) => {
  const set = (await hclParse(file, await readFile(new URL(file, examples), 'utf8'))) as Record<string, unknown>
  const readme = await readFile(stack, 'utf8')
  expect(Object.keys(set).length).toBeGreaterThan(3)
  const ofTheRoot = ['region', 'tags']
  for (const name of Object.keys(set).filter((one) => !ofTheRoot.includes(one)))
    expect(readme).toContain(`| \`${name}\` `)
})

test('the examples of an environment set all that is required, together', async () => {
  for (const environment of ['staging.tfvars', 'production.tfvars']) {
    const texts = ['cognito.tfvars', environment].map((file) => readFile(new URL(file, examples), 'utf8'))
    const set = [...(await Promise.all(texts)).join('\n').matchAll(/^(\w+) +=/gm)].map(([, name]) => name!)
    expect(set).toEqual(expect.arrayContaining(Object.keys(REQUIRED_VARIABLES)))
    expect(new Set(set).size, environment).toBe(set.length)
  }
})
