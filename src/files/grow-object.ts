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

/** S3 takes no smaller part but the last. */
const MIN_PART_BYTES = 5 * 2 ** 20

/** An object that is on its way. It can be kept between two runs: it is small. */
export interface Growing {
  uploadId: string
  etags: string[]
  /** Which of two objects has what is too little for a part yet; 0 when there is none. */
  rest: 0 | 1 | 2
}

const restOf = (key: string, rest: 1 | 2) => ({ Bucket: bucket, Key: `${key}.rest-${rest}` })

/** Begins an object that becomes visible when it is whole. One that is never ended is aborted by the lifecycle. */
export async function beginObject(key: string): Promise<Growing> {
  const begun = new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: 'application/jsonl' })
  const { UploadId } = await s3.send(begun)
  return { uploadId: UploadId!, etags: [], rest: 0 }
}

/**
 * Adds a text to an object that is on its way. It may be done again with the same `growing`: nothing is added twice.
 *
 * @returns the object as it is then
 */
export async function growObject(key: string, growing: Growing, text: string): Promise<Growing> {
  const bytes = Buffer.concat([await restBytes(key, growing), Buffer.from(text)])
  if (bytes.length >= MIN_PART_BYTES) {
    return { ...growing, etags: [...growing.etags, await putPart(key, growing, bytes)], rest: 0 }
  }
  // Not the one that was read, which is read once more if this is done again.
  const rest = growing.rest === 1 ? 2 : 1
  await s3.send(new PutObjectCommand({ ...restOf(key, rest), Body: bytes }))
  return { ...growing, rest }
}

/**
 * Adds the last text, after which the object is there. It may be done again, also when it had come to its end.
 *
 * @throws what S3 answered, unless the object is there
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
