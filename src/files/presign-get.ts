import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import { create as contentDisposition } from 'content-disposition'
import { client as tableClient } from '../entities/table.ts'
import { bucketUrl, objectKeyOf, region } from './bucket-settings.ts'
import { shownInline } from './media-types.ts'

/** URLs signed in one window are the same, so that a browser finds the file in its cache. */
const WINDOW_MS = 5 * 60 * 1000
const LIFETIME_MS = 15 * 60 * 1000

export interface SignedUrl {
  url: string
  /** Epoch milliseconds: 10 to 15 minutes from now. */
  expiresAt: number
}

// The presigner alone, without the S3 client, whose 250 KB no chat route needs. Its credentials are the table's.
const presigner = new S3RequestPresigner({
  credentials: () => tableClient.config.credentials(),
  region,
  sha256: tableClient.config.sha256,
})

/**
 * A short-lived GET for a message's file. What a browser would run (HTML, SVG, anything not known to be inert) is only
 * offered for saving, under its own name.
 */
export async function presignGet(
  file: { fileUrl: string; fileName: string; contentType: string },
  now = Date.now(),
): Promise<SignedUrl> {
  const signedAt = Math.floor(now / WINDOW_MS) * WINDOW_MS
  const disposition = shownInline(file.contentType) ? 'inline' : 'attachment'
  const url = new URL(`${bucketUrl}/${objectKeyOf(file.fileUrl).split('/').map(encodeURIComponent).join('/')}`)
  const signed = await presigner.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {
        'response-content-disposition': contentDisposition(offered(file.fileName), { type: disposition }),
        'response-content-type': file.contentType,
      },
      headers: { host: url.host },
    },
    { expiresIn: LIFETIME_MS / 1_000, signingDate: new Date(signedAt) },
  )
  const query = new URLSearchParams(signed.query as Record<string, string>)
  // S3 reads a `+` in a query as a plus sign, not as a space.
  return { url: `${url.href}?${query.toString().replaceAll('+', '%20')}`, expiresAt: signedAt + LIFETIME_MS }
}

/** A name to save under: not every client leaves out folders and control characters, as browsers do. */
const offered = (fileName: string): string => fileName.replace(/[/\\\p{Cc}]/gu, '_')
