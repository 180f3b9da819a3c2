/** What an account and Region have before the stack is created in them. */
export interface Account {
  /** The role with which all APIs of the Region write logs. */
  loggingRoleArn?: string
  /** Lambda's quota of concurrent executions, without those that other functions have reserved. */
  concurrency: number
  /** API Gateway's quota of requests per second. */
  requestsPerSecond: number
}

/** The Terraform variables that depend on the account. */
export interface Wanted {
  name: string
  access_logs: boolean
  api_gateway_account: boolean
  reserved_concurrency: Record<string, number>
  account_requests_per_second: number
}

export interface Lack {
  /** Whether the apply would fail half-way. */
  stops: boolean
  what: string
}

/** AWS keeps this many executions for functions without reserved concurrency. */
const UNRESERVED = 100

/** Returns what the account lacks for the stack, worst first. */
export function lacksOf(wanted: Wanted, account: Account): Lack[] {
  const reserved = Object.values(wanted.reserved_concurrency).reduce((sum, executions) => sum + executions, 0)
  const own = `/${wanted.name}-api-gateway-logs-`
  const { loggingRoleArn: role, concurrency, requestsPerSecond } = account
  const lacks: (Lack | false)[] = [
    wanted.access_logs &&
      !wanted.api_gateway_account &&
      role === undefined && {
        stops: true,
        what:
          'API Gateway has no role to write logs in this account and Region, and the stage would fail: set ' +
          'api_gateway_account = true in one stack of the Region, or access_logs = false',
      },
    wanted.api_gateway_account &&
      role !== undefined &&
      !role.includes(own) && {
        stops: true,
        what: `API Gateway writes logs with ${role}, which this stack would replace: set api_gateway_account = false`,
      },
    reserved > 0 &&
      concurrency < reserved + UNRESERVED && {
        stops: false,
        what:
          `the account runs ${concurrency} functions at once, too few to reserve ${reserved}: nothing is reserved, and ` +
          'all functions share them. Ask for 1,000',
      },
    requestsPerSecond < wanted.account_requests_per_second && {
      stops: true,
      what:
        `API Gateway takes ${requestsPerSecond} requests a second here, not ${wanted.account_requests_per_second}: set ` +
        'account_requests_per_second, and lower rates to half of it, or have the quota raised',
    },
  ]
  return lacks.filter((lack) => lack !== false)
}
