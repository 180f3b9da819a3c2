import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { bucket, PENDING_TAG } from '../files/bucket-settings.ts'
import { s3 } from '../files/s3-client.ts'

/** One version of an object: the result of one use of a form, whatever the key's current version is. */
export interface ObjectVersion {
  key: string
  versionId: string
}

export interface ObjectHead {
  /** Bytes. */
  size: number | undefined
  contentType: string | undefined
}

const addressOf = ({ key, versionId }: ObjectVersion) => ({ Bucket: bucket, Key: key, VersionId: versionId })

/** Returns the head of a version; undefined if there is no such version. */
export async function headOf(version: ObjectVersion): Promise<ObjectHead | undefined> {
  return unlessMissing(async () => {
    const { ContentLength, ContentType } = await s3.send(new HeadObjectCommand(addressOf(version)))
    return { size: ContentLength, contentType: ContentType }
  })
}

/** The version was deleted after its head was read. */
export class Deleted extends Error {}

/**
 * Reads up to `length` bytes from `start`; none past the end.
 *
 * @throws Deleted when the version no longer exists
 */
export async function bytesOf(
  version: ObjectVersion,
  { size = 0 }: ObjectHead,
  start: number,
  length: number,
): Promise<Uint8Array> {
  if (start >= size) return new Uint8Array()
  const Range = `bytes=${start}-${start + length - 1}`
  const bytes = await unlessMissing(async () => {
    const { Body } = await s3.send(new GetObjectCommand({ ...addressOf(version), Range }))
    return (await Body?.transformToByteArray()) ?? new Uint8Array()
  })
  if (bytes === undefined) throw new Deleted('unable to read the object; it has been deleted')
  return bytes
}

/** Reads the whole version; returns undefined if there is none. */
export async function wholeOf(version: ObjectVersion): Promise<Uint8Array | undefined> {
  return unlessMissing(async () => {
    const { Body } = await s3.send(new GetObjectCommand(addressOf(version)))
    return Body!.transformToByteArray()
  })
}

/** Removes the tag that would make the bucket's lifecycle expire the version. */
export async function keepVersion(version: ObjectVersion): Promise<void> {
  await unlessMissing(() => s3.send(new DeleteObjectTaggingCommand(addressOf(version))))
}

/**
 * Permanently deletes the version, and no other, because other versions of the key may belong to a message. It is
 * deleted only if it has the tag of a form: a version without the tag was verified, or an operator put it there, and
 * stays even if an old event is replayed. Does nothing if there is no such version.
 *
 * @returns whether it was deleted
 */
export async function deleteUnverified(version: ObjectVersion): Promise<boolean> {
  const tagging = await unlessMissing(() => s3.send(new GetObjectTaggingCommand(addressOf(version))))
  const isPending = tagging?.TagSet?.some(({ Key, Value }) => Key === PENDING_TAG.key && Value === PENDING_TAG.value)
  if (isPending !== true) return false
  await s3.send(new DeleteObjectCommand(addressOf(version)))
  return true
}

async function unlessMissing<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request()
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) return undefined
    throw error
  }
}
