import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createTable } from '../../local/dynamodb/create-table.ts'
import { loadStack } from '../../terraform/stack.ts'
import { KNOWN_DIFFERENCES, OVERRIDE, PAGE_OVERRIDE, ROOT_OVERRIDE } from './moto-gaps.ts'
import type { Moto } from './moto.ts'
import { oldState, type State } from './old-state.ts'
import { plan, type ResourceChange } from './plan.ts'
import type { Workspace } from './workspace.ts'

/**
 * Works around two gaps of moto: it has no quota of Lambda, and doesn't return a budget's subscribers, which the
 * provider reads. Hence a given quota, and no budget.
 */
const VARIABLES = `
deletion_protection = false
page                = { waf = {} }
log_archive         = {}
account_concurrency = 1000
`

/**
 * Applies the configuration on moto, plans again, plans from a state that is older than the module, compares the table
 * with the local runtime's, and destroys everything. Returns lines that say what was done.
 *
 * @throws Error that names the part of the rehearsal that failed
 */
export async function rehearse(workspace: Workspace, moto: Moto): Promise<string[]> {
  await workspace.add('root/rehearsal_override.tf', ROOT_OVERRIDE)
  await workspace.add('rehearsal_override.tf', OVERRIDE)
  await workspace.add('modules/page/rehearsal_override.tf', PAGE_OVERRIDE)
  await workspace.add('root/rehearsal.auto.tfvars', VARIABLES)
  workspace.environment.AWS_ENDPOINT_URL = moto.endpoint
  const applied = await workspace.terraform('apply', '-auto-approve', '-input=false')
  const differences = explained((await plan(workspace)).resource_changes)
  const moved = await planFromOldState(workspace)
  const table = await compareTable(moto)
  const destroyed = await destroy(workspace)
  return [lastLine(applied, 'Apply complete'), ...differences, moved, table, lastLine(destroyed, 'Destroy complete')]
}

/**
 * Destroys everything. On a busy machine the provider once repeated a request that moto had done already, and failed
 * because the table was gone. As one would on AWS, this destroys what is left.
 */
async function destroy(workspace: Workspace): Promise<string> {
  const once = () => workspace.terraform('destroy', '-auto-approve', '-input=false')
  return once().catch((error: unknown) => {
    if (!/DeleteTable[^]*ResourceNotFoundException/.test(String(error))) throw error
    return once()
  })
}

const lastLine = (output: string, beginning: string) =>
  output.split('\n').findLast((line) => line.startsWith(beginning)) ?? ''

/**
 * Returns the changes of the second plan as lines.
 *
 * @throws Error if a change is not one of the known differences
 */
function explained(resources: ResourceChange[]): string[] {
  const changed = resources.filter(({ change }) => !change.actions.every((action) => action === 'no-op'))
  const known = new Map<string, number>()
  for (const { address, type, change } of changed) {
    const attributes = Object.keys({ ...change.before, ...change.after }).filter(
      (name) => JSON.stringify(change.before?.[name]) !== JSON.stringify(change.after?.[name]),
    )
    const unexplained = attributes.filter((name) => KNOWN_DIFFERENCES[type]?.[name] === undefined)
    if (change.actions.join() !== 'update' || unexplained.length > 0) {
      throw new Error(`unable to explain the second plan; ${address}: ${change.actions.join()} ${unexplained.join()}`)
    }
    for (const name of attributes) known.set(`${type}.${name}`, (known.get(`${type}.${name}`) ?? 0) + 1)
  }
  if (known.size === 0) return ['The second plan is empty.']
  return [...known].map(([attribute, times]) => {
    const [type = '', name = ''] = attribute.split('.')
    return `The second plan would change ${attribute} of ${times}: ${KNOWN_DIFFERENCES[type]?.[name]}.`
  })
}

/**
 * Plans with the state that a stack had when `terraform/` was the root, and restores the current state.
 *
 * @throws Error if anything would be destroyed, or changed in a way that the second plan doesn't
 */
async function planFromOldState(workspace: Workspace): Promise<string> {
  const state = await workspace.terraform('state', 'pull')
  const old = oldState(JSON.parse(state) as State)
  await workspace.add('root/terraform.tfstate', JSON.stringify(old))
  const { resource_changes: changes } = await plan(workspace)
  // What was added to the module since is created.
  explained(changes.filter(({ change }) => change.actions.join() !== 'create'))
  const moved = changes.filter(({ previous_address: previous }) => previous !== undefined)
  const instances = old.resources.filter(({ mode }) => mode === 'managed').flatMap((one) => one.instances)
  if (moved.length !== instances.length) {
    throw new Error(
      `unable to move ${instances.length - moved.length} of ${instances.length} resources of an old state`,
    )
  }
  await workspace.add('root/terraform.tfstate', state)
  return `A state without the module has ${moved.length} resources: all are moved, and none is destroyed or created.`
}

/** Runs the local runtime's check of an existing table. */
async function compareTable(moto: Moto): Promise<string> {
  const { table } = loadStack()
  const client = new DynamoDBClient({
    endpoint: moto.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  })
  try {
    await createTable(client, table, table.name)
    return 'The deployed table is the same as the local runtime creates.'
  } finally {
    client.destroy()
  }
}
