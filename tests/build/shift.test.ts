import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../.ci/shift', import.meta.url))
const ALIAS = '  # module.tabletalk.aws_lambda_alias.live["sync"] will be updated in-place'
const TABLE = '  # module.tabletalk.aws_dynamodb_table.this must be replaced'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tabletalk-shift-'))
  await mkdir(join(folder, 'bin'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Runs the script with a fake AWS CLI and a fake Terraform that record their calls. */
async function shift(state: { changes: string; raised?: string; deployedBefore?: boolean }) {
  const commands = {
    terraform: `echo "terraform $*" >> calls
case "$1" in output) echo '["tabletalk-internal","tabletalk-lag"]' ;; show) printf '%s\\n' '${state.changes}' ;; esac`,
    aws: `echo "aws $*" >> calls; printf '%s' '${state.raised ?? ''}'`,
  }
  for (const [name, body] of Object.entries(commands)) {
    await writeFile(join(folder, 'bin', name), `#!/usr/bin/env bash\n${body}\n`)
    await chmod(join(folder, 'bin', name), 0o755)
  }
  if (state.deployedBefore !== false) await writeFile(join(folder, 'release.auto.tfvars.json'), '{}')
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    ...{ ROOT_FOLDER: folder, WATCH_MINUTES: '1', WATCH_EVERY_SECONDS: '0.001' },
  }
  const { status, stderr, stdout } = spawnSync('bash', [script], { env, encoding: 'utf8' })
  const calls = await readFile(join(folder, 'calls'), 'utf8').catch(() => '')
  return { status, stderr, stdout, calls: calls.split('\n').filter((call) => call !== '') }
}

const planned = (...args: string[]) => ['terraform plan -input=false -lock-timeout=5m -out=rest', ...args].join(' ')
const look =
  'aws cloudwatch describe-alarms --alarm-names tabletalk-internal tabletalk-lag --state-value ALARM ' +
  '--query MetricAlarms[].AlarmName --output text'

/** The script runs where CI and `.ci/run` do, which is not on Windows. */
const onLinux = test.skipIf(process.platform === 'win32')

onLinux('gives the new versions all calls when no alarm is raised', async () => {
  const { status, calls } = await shift({ changes: ALIAS })
  expect(calls).toEqual([
    'terraform output -json alarm_names',
    ...[look, look, look, look],
    planned(),
    'terraform show -no-color rest',
    'terraform apply rest',
  ])
  expect(status).toBe(0)
  // Without the share, the plan is the one for all calls.
  await expect(readFile(join(folder, 'release.auto.tfvars.json'))).rejects.toThrow('ENOENT')
})

onLinux('takes them back at the first alarm', async () => {
  const { status, stdout, calls } = await shift({ changes: ALIAS, raised: 'tabletalk-lag' })
  expect(stdout).toContain('Raised: tabletalk-lag. Back to the versions before.')
  expect(calls.slice(1)).toEqual([
    look,
    planned('-var=new_version_weight=0'),
    'terraform show -no-color rest',
    'terraform apply rest',
  ])
  expect(status).toBe(1)
})

onLinux('applies nothing but aliases, which nobody has reviewed', async () => {
  const { status, stderr, calls } = await shift({ changes: `${ALIAS}\n${TABLE}` })
  expect(stderr).toBe(`unable to move the calls; more would change than aliases:\n${TABLE}\n`)
  expect(calls).not.toContain('terraform apply rest')
  expect(status).toBe(1)
})

onLinux('has nothing to do after the first deploy', async () => {
  const { status, stdout, calls } = await shift({ changes: '', deployedBefore: false })
  expect([status, stdout, calls]).toEqual([0, 'The first deploy: all calls at once.\n', []])
})
