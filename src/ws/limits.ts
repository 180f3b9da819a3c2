import type { Limits } from '../protocol/actions.ts'
import * as limit from '../protocol/limits.ts'
import { optional, wholeNumber } from '../env.ts'
import { allowedTypes } from '../files/media-types.ts'

/** S3 accepts up to 5 GiB in one POST. https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const LARGEST_POST_BYTES = 5 * 1024 ** 3

/** Bytes of one file. */
export const maxFileBytes =
  optional('MAX_FILE_BYTES', wholeNumber({ from: 1, to: LARGEST_POST_BYTES })) ?? limit.DEFAULT_MAX_FILE_BYTES

/** What this deployment accepts, as `sync` announces it. */
export const limits: Limits = {
  contentBytes: limit.MAX_CONTENT_BYTES,
  captionBytes: limit.MAX_CAPTION_BYTES,
  fileNameChars: limit.MAX_FILE_NAME_CHARS,
  fileBytes: maxFileBytes,
  contentTypes: allowedTypes,
  roomNameChars: limit.MAX_ROOM_NAME_CHARS,
  createRoomMembers: limit.MAX_CREATE_ROOM_MEMBERS,
  historyPage: limit.MAX_HISTORY_PAGE,
  frameBytes: limit.MAX_FRAME_BYTES,
  messageBytes: limit.MAX_MESSAGE_BYTES,
  typingRepeatMs: limit.TYPING_REPEAT_MS,
  typingExpiryMs: limit.TYPING_EXPIRY_MS,
  idleTimeoutMs: limit.IDLE_TIMEOUT_MS,
  connectionLifetimeMs: limit.CONNECTION_LIFETIME_MS,
}
