import type { MessageRow } from '../entities/message.ts'
import { Unavailable } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { fileUrlOf, NULL_VERSION, objectKeyOf, PENDING_TAG } from './bucket-settings.ts'
import { signUrl } from './sign-url.ts'

const TIMEOUT_MS = 3_000

type FileRow = Pick<MessageRow, 'fileUrl' | 'versionId'>

/**
 * A message's row with the place of its file in this stack's bucket: its version, or what a restore has put there in
 * its stead. A replicated file has its version id, a copied one has another. A message of version 0.1.0 has no version,
 * and its file is the key's current one.
 *
 * @throws Unavailable when the bucket doesn't answer
 */
export async function withLocatedFile<T extends FileRow>(message: T): Promise<T> {
  if (message.fileUrl === undefined) return message
  const key = objectKeyOf(message.fileUrl)
  const versionId = message.versionId === undefined ? undefined : await locatedVersion(key, message.versionId)
  return { ...message, fileUrl: fileUrlOf(key), ...defined({ versionId }) }
}

/**
 * The key's current version only if it doesn't carry the tag of a form. A client can't make an object without that tag,
 * so this one was verified, or put there by an operator.
 */
async function locatedVersion(key: string, versionId: string): Promise<string> {
  const { status } = await ask('HEAD', key, { versionId })
  // S3 returns 403 for what doesn't exist to a role that may not list the bucket.
  if (status !== 403 && status !== 404) return versionId
  const current = await ask('GET', key, { tagging: '' })
  const isVerified = current.status === 200 && !current.body.includes(`<Key>${PENDING_TAG.key}</Key>`)
  return isVerified ? (current.versionId ?? NULL_VERSION) : versionId
}

async function ask(method: 'GET' | 'HEAD', key: string, query: Record<string, string>) {
  const url = await signUrl(method, key, query, { signingDate: new Date(), expiresIn: 60 })
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const versionId = response.headers.get('x-amz-version-id') ?? undefined
    return { status: response.status, versionId, body: await response.text() }
  } catch (cause) {
    throw new Unavailable('unable to find the file; the bucket does not answer', { cause })
  }
}
