import { S3Client } from '@aws-sdk/client-s3'
import { localEndpoint } from './bucket-settings.ts'

/**
 * The S3 client. `WHEN_REQUIRED`, because by default the SDK signs the checksum of an empty body into presigned
 * uploads, which the real body cannot match (https://github.com/aws/aws-sdk-js-v3/issues/6810).
 */
export const s3 = new S3Client({
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  forcePathStyle: localEndpoint !== undefined,
})
