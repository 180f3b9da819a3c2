import { create as contentDisposition } from 'content-disposition'
import { canonicalType } from '../protocol/canonical-type.ts'
import { defined } from '../protocol/defined.ts'
import { objectKeyOf } from './bucket-settings.ts'
import { isTextual, shownInline } from './media-types.ts'
import { hasOwnEnding, offeredName } from './offered-name.ts'
import { signUrl } from './sign-url.ts'

/**
 * URLs of a file that one execution environment signs in one window are the same, so that a browser finds the file in
 * its cache. Others have other session credentials, and sign other URLs.
 */
const WINDOW_MS = 5 * 60 * 1000
const LIFETIME_MS = 15 * 60 * 1000

export interface SignedUrl {
  url: string
  /** Epoch milliseconds: 10 to 15 minutes from now. */
  expiresAt: number
}

export interface SignedFile {
  fileUrl: string
  /** The one version that the URL is for; without it the URL is for the key's current one. */
  versionId?: string
  fileName: string
  contentType: string
  /** A text's encoding, if it is known. */
  charset?: 'utf-8'
}

/**
 * Returns a short-lived URL for a GET of a message's file, of its verified version only. A browser shows only types
 * that are known to be inert. All others, such as HTML and SVG, it saves under the file's name, with an ending of the
 * file's type.
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

/** The name that browsers know best, and a text's encoding, which they would guess wrong. */
const servedType = ({ contentType, charset }: SignedFile): string =>
  `${canonicalType(contentType)}${charset === undefined ? '' : `; charset=${charset}`}`

/** A text is shown only if its encoding is known, and if its name doesn't say that it is something else. */
const dispositionOf = ({ contentType, fileName, charset }: SignedFile): 'inline' | 'attachment' =>
  shownInline(contentType) &&
  (!isTextual(contentType) || (charset !== undefined && hasOwnEnding(fileName, contentType)))
    ? 'inline'
    : 'attachment'
