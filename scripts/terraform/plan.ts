import { startAccount } from './account.ts'
import type { Workspace } from './workspace.ts'

/** `terraform show -json PLAN`, as far as we read it: https://developer.hashicorp.com/terraform/internals/json-format */
export interface Plan {
  resource_changes: ResourceChange[]
  configuration: {
    root_module: { resources: { address: string; expressions: Record<string, { references?: string[] }> }[] }
  }
}

export interface ResourceChange {
  address: string
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

/** The plan from nothing, in an account where there is nothing. */
export async function planFromNothing(workspace: Workspace): Promise<Plan> {
  const account = await startAccount()
  try {
    workspace.environment.AWS_ENDPOINT_URL_STS = account.endpoint
    return await plan(workspace)
  } finally {
    delete workspace.environment.AWS_ENDPOINT_URL_STS
    await account.close()
  }
}

export async function plan(workspace: Workspace, ...args: string[]): Promise<Plan> {
  await workspace.terraform('plan', '-input=false', '-out=plan', ...args)
  return JSON.parse(await workspace.terraform('show', '-json', 'plan')) as Plan
}
