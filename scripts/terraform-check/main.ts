/**
 * `npm run terraform:check`: checks `terraform/` without an AWS account: formatting; `validate`, also of the examples;
 * tflint; `terraform test` on a mocked provider; the policies of a plan from nothing; a plan from a state of 0.1.0; and
 * a rehearsal on moto: apply, a second plan, a plan from a state that is older than the module, a comparison of the
 * table with the local runtime's, destroy.
 *
 * Prints the steps that are skipped because this machine lacks something. With `--complete` a skipped step is a
 * failure, except for tflint.
 */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import '../../local/quiet-sdk.ts'
import { root } from '../shared/bundling/bundle-functions.ts'
import { startMoto } from './moto.ts'
import { planFromOldRelease } from './old-release.ts'
import { rehearse } from './rehearsal.ts'
import { makeWorkspace, run, type Workspace } from './workspace.ts'

const examples = join(root, 'terraform', 'examples')
const skipped: string[] = []

function skip(what: string, reason: string): void {
  skipped.push(what)
  console.log(`SKIPPED ${what}: ${reason}`)
}

/** @param work returns the lines to print */
async function step(what: string, work: () => Promise<string[]>): Promise<void> {
  const started = Date.now()
  const lines = await work()
  console.log(`ok ${what} (${((Date.now() - started) / 1_000).toFixed(0)} s)`)
  for (const line of lines) console.log(`   ${line}`)
}

const summary = (output: string) => [output.trim().split('\n').at(-1) ?? '']

/**
 * Runs tflint's own rules for Terraform over the stack and its modules. tflint is optional: no other step depends on
 * it.
 */
async function lint(): Promise<void> {
  try {
    await run('tflint', ['--version'], root)
  } catch {
    return console.log('SKIPPED tflint: it is not installed, see https://github.com/terraform-linters/tflint')
  }
  await step('tflint', async () => summary(await run('tflint', ['--recursive'], join(root, 'terraform'))))
}

async function rehearsal(workspace: Workspace): Promise<void> {
  const moto = await startMoto()
  if (typeof moto === 'string') return skip('rehearsal', moto)
  try {
    await step('rehearsal on moto', () => rehearse(workspace, moto))
  } finally {
    await moto.close()
  }
}

const workspace = await makeWorkspace()
if (typeof workspace === 'string') {
  skip('everything', workspace)
} else {
  try {
    const { terraform } = workspace
    const stack = await workspace.in('')
    await step('terraform fmt -check', async () => {
      await run('terraform', ['fmt', '-check', '-recursive', '-diff'], join(root, 'terraform'))
      return []
    })
    await step('terraform validate', async () => summary(await terraform('validate')))
    await lint()
    await step('examples', async () => {
      const folders = (await readdir(examples, { withFileTypes: true })).filter((entry) => entry.isDirectory())
      const roots = folders.map(({ name }) => name).filter((name) => existsSync(join(examples, name, 'main.tf')))
      for (const name of roots) await (await workspace.in(`examples/${name}`))('validate')
      return [roots.join(', ')]
    })
    await step('terraform test', async () => summary(await stack('test')))
    await step('plan from nothing and its policies', async () => {
      await run('npx', ['vitest', 'run', 'tests/terraform'], root)
      return []
    })
    await step('plan from a state of 0.1.0', async () => [await planFromOldRelease(workspace)])
    await rehearsal(workspace)
  } finally {
    await workspace.close()
  }
}
if (skipped.length > 0 && process.argv.includes('--complete')) {
  console.error(`skipped: ${skipped.join(', ')}`)
  process.exitCode = 1
}
