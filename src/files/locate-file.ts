import type { MessageRow } from '../entities/message.ts'
import { Unavailable } from '../errors.ts'
import { defined } from '../protocol/defined.ts'
import { fileUrlOf, NULL_VERSION, objectKeyOf, PENDING_TAG } from './bucket-settings.ts'
import { signUrl } from './sign-url.ts'

const TIMEOUT_MS = 3_000

type FileRow = Pick<MessageRow, 'fileUrl' | 'versionId'>

/**
 * Returns a message's row with the location of its file in this stack's bucket. A replicated file keeps its version id.
 * A file that a restore copied has another one. A message of version 0.1.0 has no version id, and its file is the key's
 * current version.
 *
 * @throws Unavailable when the bucket does not respond
 */
export async function withLocatedFile<T extends FileRow>(message: T): Promise<T> {
  if (message.fileUrl === undefined) return message
  const key = objectKeyOf(message.fileUrl)
  const versionId = message.versionId === undefined ? undefined : await locatedVersion(key, message.versionId)
  return { ...message, fileUrl: fileUrlOf(key), ...defined({ versionId }) }
}

/**
 * Returns the version, or the key's current version if that one is missing and the current one lacks the tag of a form.
 * A client cannot make an object without that tag, so such an object was verified, or an operator put it there.
 */
async function locatedVersion(key: string, versionId: string): Promise<string> {
  const { status } = await ask('HEAD', key, { versionId })
  // Without the right to list the bucket, S3 returns 403 for objects that do not exist.
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
