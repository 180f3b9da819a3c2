import { optional, wholeNumber } from '../env.ts'
import { allowedTypes } from '../files/media-types.ts'
import { limitsOf } from '../protocol/announced-limits.ts'
import { DEFAULT_MAX_FILE_BYTES } from '../protocol/limits.ts'
import { maxUserRooms } from '../rooms/require-place.ts'
import { maxRoomMembers } from '../rooms/room-size.ts'
import { maxUserConnections } from '../rooms/session.ts'
import { maxPendingUploadBytes, maxPendingUploads } from './pending-uploads.ts'
import { profilesFrom } from './profile-policy.ts'
import { roomPolicy } from './room-policy.ts'

/** S3 accepts up to 5 GiB in one POST. https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const LARGEST_POST_BYTES = 5 * 1024 ** 3

/** Bytes of one file. */
export const maxFileBytes =
  optional('MAX_FILE_BYTES', wholeNumber({ from: 1, to: LARGEST_POST_BYTES })) ?? DEFAULT_MAX_FILE_BYTES

/** What this deployment accepts, as `sync` announces it. */
export const limits = limitsOf({
  fileBytes: maxFileBytes,
  contentTypes: allowedTypes,
  userConnections: maxUserConnections,
  userRooms: maxUserRooms,
  roomMembers: maxRoomMembers,
  pendingUploads: maxPendingUploads,
  pendingUploadBytes: maxPendingUploadBytes,
  ...roomPolicy,
  profiles: profilesFrom,
})
