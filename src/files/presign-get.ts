import { create as contentDisposition } from 'content-disposition'
import { canonicalType } from '../protocol/canonical-type.ts'
import { defined } from '../protocol/defined.ts'
import { objectKeyOf } from './bucket-settings.ts'
import { isTextual, shownInline } from './media-types.ts'
import { hasOwnEnding, offeredName } from './offered-name.ts'
import { signUrl } from './sign-url.ts'

/**
 * Within this window, one execution environment signs the same URL for the same file, so that browsers find the file in
 * their cache. Other environments have other session credentials, and sign other URLs.
 */
const WINDOW_MS = 5 * 60 * 1000
const LIFETIME_MS = 15 * 60 * 1000

export interface SignedUrl {
  url: string
  /** Epoch milliseconds: 10 to 15 minutes from now. */
  expiresAt: number
}

/** The attributes of a file that its URL depends on. */
export interface SignedFile {
  fileUrl: string
  /** The version that the URL is for; if undefined, the URL is for the key's current version. */
  versionId?: string
  fileName: string
  contentType: string
  /** The encoding of a text, if it is known. */
  charset?: 'utf-8'
}

/**
 * Returns a short-lived URL for a GET of a message's file, limited to its verified version. A browser displays only
 * types that are known to be inert. It saves all others, such as HTML and SVG, under the file's name with an ending of
 * its type.
 *
 * @param now epoch milliseconds
 */
export async function presignGet(file: SignedFile, now = Date.now()): Promise<SignedUrl> {
  const signedAt = Math.floor(now / WINDOW_MS) * WINDOW_MS
  const query = {
    'response-content-disposition': contentDisposition(offeredName(file.fileName, file.contentType), {
      type: dispositionOf(file),
    }),
    'response-content-type': servedType(file),
    ...defined({ versionId: file.versionId }),
  }
  const signing = { signingDate: new Date(signedAt), expiresIn: LIFETIME_MS / 1_000 }
  return { url: await signUrl('GET', objectKeyOf(file.fileUrl), query, signing), expiresAt: signedAt + LIFETIME_MS }
}

/** Returns the media type that browsers know best, with the encoding of a text, which they might guess wrong. */
const servedType = ({ contentType, charset }: SignedFile): string =>
  `${canonicalType(contentType)}${charset === undefined ? '' : `; charset=${charset}`}`

/** Text is displayed only if its encoding is known and its name has an ending of its type. */
const dispositionOf = ({ contentType, fileName, charset }: SignedFile): 'inline' | 'attachment' =>
  shownInline(contentType) &&
  (!isTextual(contentType) || (charset !== undefined && hasOwnEnding(fileName, contentType)))
    ? 'inline'
    : 'attachment'
