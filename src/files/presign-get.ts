import { S3RequestPresigner } from '@aws-sdk/s3-request-presigner'
import { create as contentDisposition } from 'content-disposition'
import { client as tableClient } from '../entities/table.ts'
import { bucketUrl, objectKeyOf, region } from './bucket-settings.ts'
import { canonicalType } from '../protocol/canonical-type.ts'
import { isTextual, shownInline } from './media-types.ts'
import { hasOwnEnding, offeredName } from './offered-name.ts'

/** URLs of a file that are signed in one window are the same, so that a browser finds the file in its cache. */
const WINDOW_MS = 5 * 60 * 1000
const LIFETIME_MS = 15 * 60 * 1000

export interface SignedUrl {
  url: string
  /** Epoch milliseconds: 10 to 15 minutes from now. */
  expiresAt: number
}

// Only the presigner: the S3 client has 250 KB, and no chat route needs it. The credentials are the table client's.
const presigner = new S3RequestPresigner({
  credentials: () => tableClient.config.credentials(),
  region,
  sha256: tableClient.config.sha256,
})

export interface SignedFile {
  fileUrl: string
  fileName: string
  contentType: string
  /** A text's encoding, if it is known. */
  charset?: 'utf-8'
}

/**
 * Returns a short-lived URL for a GET of a message's file. A browser shows only types that are known to be inert. All
 * others, such as HTML and SVG, it saves under the file's name, with an ending of the file's type.
 *
 * @param now epoch milliseconds
 */
export async function presignGet(file: SignedFile, now = Date.now()): Promise<SignedUrl> {
  const signedAt = Math.floor(now / WINDOW_MS) * WINDOW_MS
  const url = new URL(`${bucketUrl}/${objectKeyOf(file.fileUrl).split('/').map(encodeURIComponent).join('/')}`)
  const signed = await presigner.presign(
    {
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {
        'response-content-disposition': contentDisposition(offeredName(file.fileName, file.contentType), {
          type: dispositionOf(file),
        }),
        'response-content-type': servedType(file),
      },
      headers: { host: url.host },
    },
    { expiresIn: LIFETIME_MS / 1_000, signingDate: new Date(signedAt) },
  )
  const query = new URLSearchParams(signed.query as Record<string, string>)
  // S3 reads a `+` in a query as a plus sign, not as a space.
  return { url: `${url.href}?${query.toString().replaceAll('+', '%20')}`, expiresAt: signedAt + LIFETIME_MS }
}

/** The name that browsers know best, and a text's encoding, which they would guess wrong. */
const servedType = ({ contentType, charset }: SignedFile): string =>
  `${canonicalType(contentType)}${charset === undefined ? '' : `; charset=${charset}`}`

/** A text is shown only if its encoding is known, and if its name doesn't say that it is something else. */
const dispositionOf = ({ contentType, fileName, charset }: SignedFile): 'inline' | 'attachment' =>
  shownInline(contentType) &&
  (!isTextual(contentType) || (charset !== undefined && hasOwnEnding(fileName, contentType)))
    ? 'inline'
    : 'attachment'
