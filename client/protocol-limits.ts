import * as limit from '../src/protocol/limits.ts'
import { MAX_ROOM_ID_CHARS } from '../src/protocol/room-id.ts'

/**
 * The protocol's default limits, for an interface that needs a limit before `client.limits` is known. `userIdChars` and
 * `roomIdChars` are the same in every deployment, so `client.limits` doesn't have them.
 *
 * @example
 * input.maxLength = protocolLimits.userIdChars
 */
export const protocolLimits = {
  contentBytes: limit.MAX_CONTENT_BYTES,
  captionBytes: limit.MAX_CAPTION_BYTES,
  frameBytes: limit.MAX_FRAME_BYTES,
  fileNameChars: limit.MAX_FILE_NAME_CHARS,
  fileBytes: limit.DEFAULT_MAX_FILE_BYTES,
  roomNameChars: limit.MAX_ROOM_NAME_CHARS,
  createRoomMembers: limit.MAX_CREATE_ROOM_MEMBERS,
  userIdChars: limit.MAX_USER_ID_CHARS,
  roomIdChars: MAX_ROOM_ID_CHARS,
} as const
