/** The bucket of the deployment, by environment: `FILES_BUCKET`; `AWS_ENDPOINT_URL_S3` and path style on a laptop. */
export const bucket = process.env.FILES_BUCKET ?? 'tabletalk-files'

export const localEndpoint = process.env.AWS_ENDPOINT_URL_S3

/** Where uploads land; the bucket's notification and the upload function's role are bound to it. */
export const UPLOADS_PREFIX = 'rooms/'

/** The S3 URI that a Message keeps. */
export const fileUrlOf = (objectKey: string): string => `s3://${bucket}/${objectKey}`

export const objectKeyOf = (fileUrl: string): string => fileUrl.slice(`s3://${bucket}/`.length)

/**
 * On an object until its upload is completed; the bucket's lifecycle expires what still carries it after a day.
 * `#` and the like need no escaping here: both are ours.
 */
export const PENDING_TAG = { key: 'state', value: 'pending' }
