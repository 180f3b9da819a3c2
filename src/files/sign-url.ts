import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import { Sha256 } from '@smithy/core/checksum'
import { aws } from '../aws/aws.ts'
import { bucketUrl, region } from './bucket-settings.ts'

// Only the presigner, because the S3 client has 250 KB, and no chat route needs it.
const presigner = new S3RequestPresigner({
  credentials: aws.credentials,
  region,
  sha256: Sha256,
})

export interface Signing {
  /** When the validity of the URL begins. */
  signingDate: Date
  /** How long the URL is valid, in seconds. */
  expiresIn: number
}

/** Returns a signed URL for an object. The URL allows only this method and query. */
export async function signUrl(
  method: 'GET' | 'HEAD',
  key: string,
  query: Record<string, string>,
  signing: Signing,
): Promise<string> {
  const url = new URL(`${bucketUrl}/${key.split('/').map(encodeURIComponent).join('/')}`)
  const signed = await presigner.presign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query,
      headers: { host: url.host },
    },
    signing,
  )
  const signedQuery = new URLSearchParams(signed.query as Record<string, string>)
  // S3 reads a `+` in a query as a plus sign, not as a space.
  return `${url.href}?${signedQuery.toString().replaceAll('+', '%20')}`
}
