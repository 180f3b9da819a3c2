/** The bucket of the deployment, by environment: `FILES_BUCKET`; `AWS_ENDPOINT_URL_S3` and path style on a laptop. */
export const bucket = process.env.FILES_BUCKET ?? 'tabletalk-files'

export const localEndpoint = process.env.AWS_ENDPOINT_URL_S3

export const region = process.env.AWS_REGION ?? 'us-east-1'

/** Where the bucket is, with no slash at its end. */
export const bucketUrl =
  localEndpoint === undefined
    ? `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`
    : `${localEndpoint.replace(/\/$/, '')}/${bucket}`

/** Where uploads land; the bucket's notification and the upload function's role are bound to it. */
export const UPLOADS_PREFIX = 'rooms/'

/** The S3 URI that a Message keeps. */
export const fileUrlOf = (objectKey: string): string => `s3://${bucket}/${objectKey}`

/** The key alone: rows that were restored from another stack name its bucket, and their files are copied to this one. */
export const objectKeyOf = (fileUrl: string): string => fileUrl.replace(/^s3:\/\/[^/]+\//, '')

/**
 * On an object until its upload is completed; the bucket's lifecycle expires what still carries it after a day.
 * `#` and the like need no escaping here: both are ours.
 */
export const PENDING_TAG = { key: 'state', value: 'pending' }
