import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The example account of AWS's documentation. */
const ACCOUNT_ID = '123456789012'

const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::${ACCOUNT_ID}:user/nobody</Arn><UserId>nobody</UserId><Account>${ACCOUNT_ID}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>none</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`

const QUOTA = {
  ServiceCode: 'lambda',
  QuotaCode: 'L-B99A9384',
  // The provider ignores a quota without an ARN.
  QuotaArn: `arn:aws:servicequotas:us-east-1:${ACCOUNT_ID}:lambda/L-B99A9384`,
}

/**
 * Starts stubs of STS, which returns this account's id, and of Service Quotas, which returns the account's quota of
 * concurrent executions. A plan from nothing sends AWS no other requests.
 */
export async function startAccount(concurrency: number): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const asksForQuota = String(request.headers['x-amz-target']).startsWith('ServiceQuotas')
    const Quota = { ...QUOTA, Value: concurrency }
    if (asksForQuota) response.setHeader('Content-Type', 'application/x-amz-json-1.1').end(JSON.stringify({ Quota }))
    else response.setHeader('Content-Type', 'text/xml').end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
