import { createHash } from 'node:crypto'
import { optional, text, url } from '../env.ts'

/** Name of the deployment's bucket. */
export const bucket = optional('FILES_BUCKET', text) ?? 'tabletalk-files'

/** Set on a laptop only: the bucket is then in the URL's path and not in its host. */
export const localEndpoint = optional('AWS_ENDPOINT_URL_S3', url)

export const region = optional('AWS_REGION', text) ?? 'us-east-1'

/** URL of the bucket, without a slash at the end. */
export const bucketUrl =
  localEndpoint === undefined
    ? `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`
    : `${localEndpoint.replace(/\/$/, '')}/${bucket}`

/** Prefix of the keys of uploads. The bucket's notification and the role of the upload function are limited to it. */
export const UPLOADS_PREFIX = 'rooms/'

/**
 * Key of the record that a user was erased, which is applied again after the table was restored. Nobody's name is in a
 * key of the bucket, because keys are in logs and inventories.
 */
export const erasureKeyOf = (userId: string): string =>
  `${ERASURES_PREFIX}${createHash('sha256').update(userId).digest('base64url')}.json`

export const ERASURES_PREFIX = 'erasures/'

/**
 * S3's id of an object that was put before its bucket had versions, and the only one in a bucket without versions. An
 * event of such an object names no version.
 */
export const NULL_VERSION = 'null'

/** The S3 URI that is stored with a message. */
export const fileUrlOf = (objectKey: string): string => `s3://${bucket}/${objectKey}`

/** Whether an S3 URI, if there is one, names this deployment's bucket. */
export const isInBucket = (fileUrl = ''): boolean => fileUrl.startsWith(fileUrlOf(''))

/**
 * The key in an S3 URI, whatever its bucket. Rows that were restored from another stack name that stack's bucket, while
 * their files were copied to this one.
 */
export const objectKeyOf = (fileUrl: string): string => fileUrl.replace(/^s3:\/\/[^/]+\//, '')

/**
 * Tag of an object until its upload is completed. The bucket's lifecycle expires objects that still have it after
 * `PENDING_DAYS`. Key and value are used in XML unescaped.
 */
export const PENDING_TAG = { key: 'state', value: 'pending' }

/**
 * So long a pending upload and its object wait for the function of uploads: longer than its events may be late (6
 * hours) and then lie in the dead-letter queue (14 days), so that whatever is replayed still finds both.
 */
export const PENDING_DAYS = 15
