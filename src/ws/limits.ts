import type { Limits } from '../protocol/actions.ts'
import * as limit from '../protocol/limits.ts'
import { allowedTypes } from '../files/media-types.ts'

/** Bytes of one file: `MAX_FILE_BYTES`, or 25 MiB. */
export const maxFileBytes = Number(process.env.MAX_FILE_BYTES ?? limit.DEFAULT_MAX_FILE_BYTES)

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
