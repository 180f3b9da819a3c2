import { getMembership } from '../entities/membership.ts'
import type { UploadRow } from '../entities/upload.ts'
import { isTextual, isUtf8 } from '../files/media-types.ts'
import { isNamedAsProgram } from '../files/offered-name.ts'
import type { UploadFailure } from '../protocol/events.ts'
import { defined } from '../protocol/defined.ts'
import type { Standing } from '../protocol/permissions.ts'
import type { Role } from '../protocol/room-schema.ts'
import { isWhatItSays } from './is-what-it-says.ts'
import { bytesOf, Deleted, headOf, type ObjectVersion } from './uploaded-object.ts'

/** An accepted version of an upload. */
export interface Judged {
  /** The version that was checked. */
  versionId: string
  /** The uploader's standing in the room. */
  standing: Standing
  /** The encoding of a text; undefined if it is not UTF-8. */
  charset?: 'utf-8'
}

/** Either the version may become a message, or the upload has failed. */
export type Verdict = Judged | { reason: UploadFailure }

/** Enough for file-type to recognise most types. */
const FIRST_BYTES = 4_100
/** More of a text is read, because its encoding may show late. */
const FIRST_BYTES_OF_TEXT = 256 * 1024

/**
 * Checks, by its head and first bytes, that a version is the file that was announced, and that its uploader may still
 * send. Returns undefined if the version has been deleted.
 */
export async function judgeUpload(upload: UploadRow, version: ObjectVersion): Promise<Verdict | undefined> {
  const { chatRoomId, uploaderId, size, contentType, fileName } = upload
  if (isNamedAsProgram(fileName, contentType)) return { reason: 'type_mismatch' }
  const head = await headOf(version)
  if (head === undefined) return undefined
  if (head.size !== size) return { reason: 'size_mismatch' }
  if (head.contentType !== contentType) return { reason: 'type_mismatch' }
  const read = (start: number, length: number) => bytesOf(version, head, start, length)
  try {
    const bytes = await read(0, isTextual(contentType) ? FIRST_BYTES_OF_TEXT : FIRST_BYTES)
    if (!(await isWhatItSays(contentType, { size, firstBytes: bytes, read }))) return { reason: 'type_mismatch' }
    const charset = isTextual(contentType) && isUtf8(bytes) ? ('utf-8' as const) : undefined
    const standing = aboveRoles(upload) ?? (await roleOf(chatRoomId, uploaderId))
    if (typeof standing === 'object') return standing
    return { versionId: version.versionId, standing, ...defined({ charset }) }
  } catch (error) {
    if (error instanceof Deleted) return undefined
    throw error
  }
}

/** Who needs no membership, if it is one of those who have asked for the form. */
const aboveRoles = ({ ofAdmin, ofServer }: UploadRow) => (ofServer ? 'server' : ofAdmin ? 'admin' : undefined)

async function roleOf(chatRoomId: string, userId: string): Promise<Role | { reason: UploadFailure }> {
  const membership = await getMembership(chatRoomId, userId)
  if (membership === undefined) return { reason: 'not_a_member' }
  const { role, mutedUntil = 0 } = membership
  return role === 'guest' || mutedUntil > Date.now() ? { reason: 'not_allowed' } : role
}
