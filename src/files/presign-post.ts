import type { S3Client } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { Sha256 } from '@smithy/core/checksum'
import { toBase64, fromUtf8 } from '@smithy/core/serde'
import { aws } from '../aws/aws.ts'
import { bucket, bucketUrl, PENDING_TAG } from './bucket-settings.ts'

/** How long a form can be used, in milliseconds. */
export const FORM_LIFETIME_MS = 15 * 60 * 1000

const { key, value } = PENDING_TAG
const tagging = `<Tagging><TagSet><Tag><Key>${key}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`

// The parts of an S3 client that `createPresignedPost` uses. A real client would make the function half as large again.
const s3 = {
  config: {
    ...aws,
    sha256: Sha256,
    base64Encoder: toBase64,
    utf8Decoder: fromUtf8,
    systemClockOffset: 0,
    isCustomEndpoint: true,
    endpoint: undefined,
    endpointProvider: () => ({ url: new URL(bucketUrl) }),
  },
} as unknown as S3Client

export interface UploadForm {
  method: 'POST'
  url: string
  fields: Record<string, string>
  /** Epoch milliseconds. */
  expiresAt: number
}

/**
 * Returns a form that S3 accepts for this one object only: key, media type and length are conditions of its signed
 * policy. A POST policy is the only kind of signed upload that limits the size.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export async function presignPost(object: { key: string; contentType: string; size: number }): Promise<UploadForm> {
  const now = Date.now()
  const { url, fields } = await createPresignedPost(s3, {
    Bucket: bucket,
    Key: object.key,
    Fields: { 'Content-Type': object.contentType, tagging },
    Conditions: [['content-length-range', object.size, object.size]],
    Expires: FORM_LIFETIME_MS / 1_000,
  })
  return { method: 'POST', url, fields, expiresAt: now + FORM_LIFETIME_MS }
}
