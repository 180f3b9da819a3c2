import { optional, wholeNumber } from '../env.ts'
import { DEFAULT_MAX_FILE_BYTES } from '../protocol/limits.ts'

/** S3 accepts up to 5 GiB in one POST. https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const LARGEST_POST_BYTES = 5 * 1024 ** 3

/** The largest file that this deployment accepts, in bytes. */
export const maxFileBytes =
  optional('MAX_FILE_BYTES', wholeNumber({ from: 1, to: LARGEST_POST_BYTES })) ?? DEFAULT_MAX_FILE_BYTES
