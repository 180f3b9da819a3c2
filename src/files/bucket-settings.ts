import { createHash } from 'node:crypto'
import { optional, text, url } from '../env.ts'

/** Name of the deployment's bucket. */
export const bucket = optional('FILES_BUCKET', text) ?? 'tabletalk-files'

/** Set on a laptop only. The bucket is then in the URL's path instead of its host. */
export const localEndpoint = optional('AWS_ENDPOINT_URL_S3', url)

export const region = optional('AWS_REGION', text) ?? 'us-east-1'

/** The bucket's URL, without a slash at the end. */
export const bucketUrl =
  localEndpoint === undefined
    ? `https://${bucket}.s3.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`
    : `${localEndpoint.replace(/\/$/, '')}/${bucket}`

/** Prefix of the keys of uploads. The bucket's notification and the role of the upload function are limited to it. */
export const UPLOADS_PREFIX = 'rooms/'

/**
 * Returns the key of the record that a user was erased. The record is applied again after a restore of the table. The
 * key contains no user id, because keys appear in logs and inventories.
 */
export const erasureKeyOf = (userId: string): string =>
  `${ERASURES_PREFIX}${createHash('sha256').update(userId).digest('base64url')}.json`

/** Prefix of the keys of those records. */
export const ERASURES_PREFIX = 'erasures/'

/**
 * S3's version id of an object that was put before its bucket had versioning, and the only id in a bucket without it.
 * An event of such an object names no version.
 */
export const NULL_VERSION = 'null'

/** Returns the S3 URI that is stored with a message. */
export const fileUrlOf = (objectKey: string): string => `s3://${bucket}/${objectKey}`

/** Whether an S3 URI names this deployment's bucket; false without a URI. */
export const isInBucket = (fileUrl = ''): boolean => fileUrl.startsWith(fileUrlOf(''))

/**
 * Returns the key in an S3 URI, whatever its bucket. Rows restored from another stack name that stack's bucket,
 * although their files were copied to this one.
 */
export const objectKeyOf = (fileUrl: string): string => fileUrl.replace(/^s3:\/\/[^/]+\//, '')

/**
 * The tag of an object until its upload is completed. The bucket's lifecycle expires objects that still have it after
 * `PENDING_DAYS`. Key and value are written into XML without escaping.
 */
export const PENDING_TAG = { key: 'state', value: 'pending' }

/**
 * How long a pending upload and its object wait for the upload function, in days. Events may be up to 6 hours late and
 * then stay up to 14 days in the dead-letter queue, so a replay still finds both.
 */
export const PENDING_DAYS = 15
