import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  HeadObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { bucket } from '../files/bucket-settings.ts'
import { s3 } from './s3-client.ts'

export interface ObjectHead {
  eTag: string
  /** Bytes. */
  size: number | undefined
  contentType: string | undefined
}

/** Returns undefined when there is no object at the key. */
export async function headOf(key: string): Promise<ObjectHead | undefined> {
  return unlessStatus([404], async () => {
    const { ETag, ContentLength, ContentType } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return { eTag: ETag ?? '', size: ContentLength, contentType: ContentType }
  })
}

/** The object has been deleted or replaced since its head was read. */
export class Replaced extends Error {}

/**
 * Reads up to `length` bytes from `start` on, or none behind the end.
 *
 * @throws Replaced
 */
export async function bytesOf(
  key: string,
  { eTag, size = 0 }: ObjectHead,
  start: number,
  length: number,
): Promise<Uint8Array> {
  if (start >= size) return new Uint8Array()
  const Range = `bytes=${start}-${start + length - 1}`
  const bytes = await unlessStatus([404, 412], async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch: eTag }))
    return (await Body?.transformToByteArray()) ?? new Uint8Array()
  })
  if (bytes === undefined) throw new Replaced('unable to read the object; it has been deleted or replaced')
  return bytes
}

/**
 * Removes the tag by which the bucket's lifecycle would expire the object. Every use of the form sets that tag again.
 */
export async function keepObject(key: string): Promise<void> {
  await unlessStatus([404], () => s3.send(new DeleteObjectTaggingCommand({ Bucket: bucket, Key: key })))
}

/** Does nothing when there is no object at the key. */
export async function deleteObject(key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
}

async function unlessStatus<T>(statuses: readonly number[], request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request()
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    if (status !== undefined && statuses.includes(status)) return undefined
    throw error
  }
}
