import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { bucket } from './bucket-settings.ts'
import { s3 } from './s3-client.ts'

/** The smallest part that S3 accepts, except for the last one. */
const MIN_PART_BYTES = 5 * 2 ** 20

/** An object that is being written. Its state is small and can be stored between two runs. */
export interface Growing {
  uploadId: string
  etags: string[]
  /** Which of two objects holds the bytes that are too few for a part; 0 if there are none. */
  rest: 0 | 1 | 2
}

const restOf = (key: string, rest: 1 | 2) => ({ Bucket: bucket, Key: `${key}.rest-${rest}` })

/** Starts an object, which becomes visible when it is complete. If it never ends, the bucket's lifecycle aborts it. */
export async function beginObject(key: string): Promise<Growing> {
  const begun = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: 'application/jsonl' })
  const { UploadId } = await s3.send(begun)
  return { uploadId: UploadId!, etags: [], rest: 0 }
}

/**
 * Appends a text to an object. May be repeated with the same `growing`; the text is then still appended only once.
 *
 * @returns the new state of the object
 */
export async function growObject(key: string, growing: Growing, text: string): Promise<Growing> {
  const bytes = Buffer.concat([await restBytes(key, growing), Buffer.from(text)])
  if (bytes.length >= MIN_PART_BYTES) {
    return { ...growing, etags: [...growing.etags, await putPart(key, growing, bytes)], rest: 0 }
  }
  // Not the object that was just read, because a repeat reads it again.
  const rest = growing.rest === 1 ? 2 : 1
  await s3.send(new PutObjectCommand({ ...restOf(key, rest), Body: bytes }))
  return { ...growing, rest }
}

/**
 * Appends the last text and completes the object. May be repeated, even after it succeeded.
 *
 * @throws the error of S3, unless the object is complete
 */
export async function endObject(key: string, growing: Growing, text: string): Promise<void> {
  const { uploadId: UploadId } = growing
  try {
    const bytes = Buffer.concat([await restBytes(key, growing), Buffer.from(text)])
    const etags = [...growing.etags, ...(bytes.length === 0 ? [] : [await putPart(key, growing, bytes)])]
    const MultipartUpload = { Parts: etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 })) }
    await s3.send(new CompleteMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId, MultipartUpload }))
  } catch (error) {
    if (!(await isThere(key))) throw error
  }
  for (const one of [1, 2] as const) await s3.send(new DeleteObjectCommand(restOf(key, one)))
}

async function isThere(key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return true
  } catch {
    return false
  }
}

async function restBytes(key: string, { rest }: Growing): Promise<Uint8Array> {
  if (rest === 0) return new Uint8Array()
  const { Body } = await s3.send(new GetObjectCommand(restOf(key, rest)))
  return Body!.transformToByteArray()
}

async function putPart(key: string, { uploadId, etags }: Growing, Body: Uint8Array): Promise<string> {
  const part = { Bucket: bucket, Key: key, UploadId: uploadId, PartNumber: etags.length + 1, Body }
  const { ETag } = await s3.send(new UploadPartCommand(part))
  return ETag!
}
