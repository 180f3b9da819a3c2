import { startAccount } from './account.ts'
import type { Workspace } from './workspace.ts'

/** The parts of a plan that are read. Addresses are relative to the stack's module. */
export interface Plan {
  resource_changes: ResourceChange[]
  /** The resources as they are written in the module. */
  resources: { address: string; expressions: Record<string, { references?: string[] }> }[]
}

/** https://developer.hashicorp.com/terraform/internals/json-format */
interface PlanJson {
  resource_changes: ResourceChange[]
  configuration: { root_module: { module_calls: { tabletalk: { module: Pick<Plan, 'resources'> } } } }
}

export interface ResourceChange {
  address: string
  /** The resource's address in the state, if it differs. */
  previous_address?: string
  /** For example `module.files_bucket`. Missing in the stack's module itself. */
  module_address?: string
  type: string
  name: string
  index?: string
  change: {
    actions: string[]
    before: Record<string, unknown> | null
    after: Record<string, unknown> | null
    after_unknown: Record<string, unknown>
  }
}

/**
 * Plans for an empty account, with these variables in addition to the required ones.
 *
 * @param concurrency the account's quota of concurrent executions: 1,000, or 10 in a new account
 * @param options of `terraform plan`
 */
export async function planFromNothing(
  workspace: Workspace,
  variables: Record<string, unknown> = {},
  concurrency = 1_000,
  options: readonly string[] = [],
): Promise<Plan> {
  const account = await startAccount(concurrency)
  try {
    workspace.environment.AWS_ENDPOINT_URL_STS = account.endpoint
    workspace.environment.AWS_ENDPOINT_URL_SERVICE_QUOTAS = account.endpoint
    const args = Object.entries(variables).map(
      ([name, value]) => `-var=${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    return await plan(workspace, ...args, ...options)
  } finally {
    delete workspace.environment.AWS_ENDPOINT_URL_STS
    delete workspace.environment.AWS_ENDPOINT_URL_SERVICE_QUOTAS
    await account.close()
  }
}

export async function plan(workspace: Workspace, ...args: string[]): Promise<Plan> {
  await workspace.terraform('plan', '-input=false', '-out=plan', ...args)
  const { resource_changes: changes, configuration } = JSON.parse(
    await workspace.terraform('show', '-json', 'plan'),
  ) as PlanJson
  return {
    resource_changes: changes.map(({ address, module_address: module = '', ...change }) => ({
      ...change,
      address: inModule(address),
      ...(inModule(module) === '' ? {} : { module_address: inModule(module) }),
    })),
    resources: configuration.root_module.module_calls.tabletalk.module.resources,
  }
}

const inModule = (address: string) => address.replace(/^module\.tabletalk(\.|$)/, '')
