/**
 * `npm run release -- [--chdir terraform/root] [--weight 0.1] [--minutes 10] [-- -var-file=prod.tfvars …]`: deploys
 * gradually, see `release`. What follows `--` is passed to each `terraform apply`. It needs Terraform, the AWS CLI and
 * credentials that may deploy. The exit status is 0 if the new versions receive all calls, and 1 if they were rolled
 * back or nothing was done.
 */
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import { type Deployment, release } from './release.ts'

const run = promisify(execFile)

const { values, positionals } = parseArgs({
  options: {
    chdir: { type: 'string', default: 'terraform/root' },
    weight: { type: 'string', default: '0.1' },
    minutes: { type: 'string', default: '10' },
  },
  allowPositionals: true,
})
const [weight, minutes] = [Number(values.weight), Number(values.minutes)]
if (!(weight > 0 && weight < 1) || !(minutes >= 0)) {
  console.error('unable to release; --weight is a share between 0 and 1, and --minutes a number')
  process.exit(1)
}

const terraform = async (...args: string[]): Promise<string> => {
  const { stdout } = await run('terraform', [`-chdir=${values.chdir}`, ...args], { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

const deployment: Deployment = {
  async apply(variables) {
    const set = Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`)
    await terraform('apply', '-auto-approve', '-input=false', ...positionals, ...set)
  },
  async outputs() {
    const all = JSON.parse(await terraform('output', '-json')) as Record<string, { value: unknown }>
    return Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]))
  },
  async raised(alarms) {
    const query = ['--state-value', 'ALARM', '--query', 'MetricAlarms[].AlarmName', '--output', 'json']
    const { stdout } = await run('aws', ['cloudwatch', 'describe-alarms', '--alarm-names', ...alarms, ...query])
    return JSON.parse(stdout) as string[]
  },
}

try {
  await release(deployment, { weight, watchMs: minutes * 60_000, everyMs: 15_000 }, (step) => console.log(step))
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
