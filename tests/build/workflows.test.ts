import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

interface Step {
  uses?: string
  run?: string
  'working-directory'?: string
  with?: Record<string, string>
}
interface Job {
  'runs-on'?: string
  'timeout-minutes'?: number
  environment?: string
  permissions?: Record<string, string>
  defaults?: { run: { 'working-directory'?: string } }
  steps: Step[]
}
interface Workflow {
  name?: string
  permissions?: Record<string, string>
  jobs: Record<string, Job>
}

const root = new URL('../../', import.meta.url)
const folder = new URL('.github/workflows/', root)
const packageFile = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  scripts: Record<string, string>
}
const files = await Promise.all(
  (await readdir(folder)).map(async (file) => {
    const text = await readFile(new URL(file, folder), 'utf8')
    return { file, text, workflow: parse(text) as Workflow }
  }),
)

/** The keys that GitHub knows. It reports a misspelt key only when the workflow runs. */
const KNOWN = {
  workflow: ['name', 'on', 'permissions', 'concurrency', 'env', 'jobs'],
  job: [
    'if',
    'needs',
    'runs-on',
    'timeout-minutes',
    'environment',
    'concurrency',
    'permissions',
    'strategy',
    'defaults',
    'outputs',
    'steps',
  ],
  step: ['id', 'name', 'if', 'uses', 'with', 'run', 'working-directory', 'env'],
}

describe.each(files)('$file', ({ text, workflow }) => {
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap((job) => job.steps.map((step) => ({ job, step })))

  test('has workflows, jobs and steps as GitHub knows them', () => {
    expect(KNOWN.workflow).toEqual(expect.arrayContaining(Object.keys(workflow)))
    for (const job of jobs) {
      expect(KNOWN.job).toEqual(expect.arrayContaining(Object.keys(job)))
      expect(['ubuntu-24.04', 'windows-2022']).toContain(job['runs-on'])
      expect(job['timeout-minutes']).toBeLessThanOrEqual(60)
    }
    for (const { step } of steps) {
      expect(KNOWN.step).toEqual(expect.arrayContaining(Object.keys(step)))
      expect([step.uses, step.run].filter((work) => work !== undefined)).toHaveLength(1)
    }
  })

  test('pins every action by its commit, and says which version that is', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'))
    expect(uses).toHaveLength(steps.filter(({ step }) => step.uses !== undefined).length)
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('runs scripts and commands that there are, in folders that there are', () => {
    const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script)
    expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(run))
    for (const { job, step } of steps) {
      const directory = step['working-directory'] ?? job.defaults?.run['working-directory'] ?? '.'
      accessSync(new URL(`${directory}/`, root))
      if (step.run?.startsWith('.')) accessSync(new URL(step.run, root), constants.X_OK)
    }
  })

  test('has scripts that Bash and JavaScript can read', () => {
    for (const { step } of steps) {
      const bash = spawnSync('bash', ['-n'], { input: step.run ?? '', encoding: 'utf8' })
      expect(bash.stderr).toBe('')
      const script = `export async function main() {${step.with?.script ?? ''}\n}`
      const node = spawnSync(process.execPath, ['--input-type=module', '--check'], { input: script, encoding: 'utf8' })
      expect(node.stderr).toBe('')
    }
  })

  test('puts nothing into a script that others may have written', () => {
    for (const { step } of steps) {
      expect(step.run ?? '').not.toContain('${{')
      expect(step.with?.script ?? '').not.toContain('${{')
    }
  })

  test('explains the variables that it reads', () => {
    const comment = text
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .join(' ')
    for (const [, variable] of text.matchAll(/\bvars\.(\w+)/g)) expect(comment).toMatch(new RegExp(`\\b${variable}\\b`))
  })
})

test('each job may do what it must, and no more', () => {
  const permissions = Object.fromEntries(
    files.flatMap(({ file, workflow }) =>
      Object.entries(workflow.jobs).map(([job, own]) => [`${file} ${job}`, own.permissions ?? workflow.permissions]),
    ),
  )
  expect(permissions).toEqual({
    'ci.yml check': { contents: 'read' },
    'ci.yml infrastructure': { contents: 'read' },
    'ci.yml like-aws': { contents: 'read' },
    'ci.yml windows': { contents: 'read' },
    'deploy.yml build': { contents: 'read' },
    'deploy.yml plan': { contents: 'read', 'id-token': 'write', 'pull-requests': 'write' },
    'deploy.yml apply': { contents: 'read', 'id-token': 'write' },
    'deploy.yml e2e': { contents: 'read' },
  })
  for (const { text, workflow } of files) {
    expect(workflow.permissions).toBeDefined()
    expect(text).not.toContain('secrets.')
  }
})

test('a job with an identity runs no code of the dependencies, and waits for reviewers', () => {
  const jobs = files.flatMap(({ workflow }) => Object.entries(workflow.jobs))
  const withIdentity = jobs.filter(([, { permissions }]) => permissions?.['id-token'] === 'write')
  expect(withIdentity.map(([name]) => name)).toEqual(['plan', 'apply'])
  for (const [, job] of withIdentity) {
    expect(job.environment).toBeDefined()
    expect(job.steps.map(({ run = '' }) => run).filter((run) => /\b(npm|npx|node|tsx)\b/.test(run))).toEqual([])
  }
  const builds = files.find(({ file }) => file === 'deploy.yml')?.workflow.jobs.build?.steps.map(({ run = '' }) => run)
  expect(builds?.filter((run) => run.includes('npm ci'))).toEqual(['npm ci --ignore-scripts --no-audit --no-fund'])
})

test('what is applied is the plan that was approved', () => {
  const apply = files.find(({ file }) => file === 'deploy.yml')?.workflow.jobs.apply
  const commands = apply?.steps.map(({ run = '' }) => run).filter((run) => run.includes('terraform apply'))
  expect(commands).toEqual(['terraform apply -lock-timeout=5m plan'])
})

test('no deploy takes a provider that the committed lock file does not have', async () => {
  const runs = files.flatMap(({ workflow }) =>
    Object.values(workflow.jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run)),
  )
  const commands = runs.flatMap((run) => run.replace(/\\\n\s*/g, '').split('\n'))
  const inits = commands.filter((command) => /\bterraform\b.* init\b/.test(command))
  expect(inits).toHaveLength(2)
  for (const init of inits) expect(init).toMatch(/ -lockfile=readonly\b/)
  const committed = spawnSync('git', ['ls-files', 'terraform/root'], { cwd: root, encoding: 'utf8' }).stdout
  expect(committed).toMatch(/^terraform\/root\/\.terraform\.lock\.hcl$/m)
  expect(await readFile(join(fileURLToPath(root), 'terraform', 'root', '.terraform.lock.hcl'), 'utf8')).toMatch(
    /^provider "registry\.terraform\.io\/hashicorp\/aws" \{\n {2}version +=.*\n(.*\n)* {4}"h1:/m,
  )
})

test('CI runs all tests, the drill of a restore among them, the integration tests as on AWS, and Terraform in full', async () => {
  const ci = files.find(({ file }) => file === 'ci.yml')?.workflow.jobs ?? {}
  const commandsOf = (job: string) => ci[job]?.steps.map(({ run = '' }) => run) ?? []
  expect(commandsOf('check')).toContain('.ci/run')
  expect(commandsOf('like-aws')).toContain('npm run test:like-aws')
  expect(commandsOf('infrastructure')).toContain('npm run terraform:check -- --complete')
  expect(await readFile(new URL('.ci/run', root), 'utf8')).toMatch(/^THOROUGH=1 tests test$/m)
  expect(packageFile.scripts.test).toBe('vitest run --project pure --project tests')
  expect(packageFile.scripts['test:like-aws']).toMatch(/ --mode like-aws .* tests\/integration$/)
  expect(await readdir(new URL('tests/integration/', root))).toContain('restore-drill.integration.test.ts')
})

test('every script of package.json runs in the shell of any system', () => {
  const portable = /^(node --import tsx|tsx|vitest|prettier|eslint|knip|tsc|npm (run|test|pack))( [\w./:=-]+)*$/
  for (const [name, script] of Object.entries(packageFile.scripts)) {
    for (const command of script.split(' && ')) expect(command, name).toMatch(portable)
  }
})
