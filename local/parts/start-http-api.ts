import { ACCOUNT_ID, REGION } from '../account.ts'
import type { Invoke } from '../contracts.ts'
import { createHttpApi, type HttpApi } from '../http-api/http-api.ts'
import type { PartContext } from './part-context.ts'

export function startHttpApi({ options, stack, log, closers }: PartContext, invoke: Invoke): HttpApi {
  const httpApi = createHttpApi({
    apiId: 'local-http',
    stage: '$default',
    region: REGION,
    accountId: ACCOUNT_ID,
    stack,
    invoke,
    log,
    integrationTimeoutMs: options.gatewayLimits?.integrationTimeoutMs,
  })
  closers.add(() => httpApi.close())
  return httpApi
}
