import { allowedTypes } from '../files/media-types.ts'
import { limitsOf } from '../protocol/announced-limits.ts'
import { maxUserRooms } from '../rooms/require-place.ts'
import { maxRoomMembers } from '../rooms/room-size.ts'
import { maxUserConnections } from '../rooms/session.ts'
import { maxFileBytes } from './max-file-bytes.ts'
import { maxPendingUploadBytes, maxPendingUploads } from './pending-uploads.ts'
import { profilesFrom } from './profile-policy.ts'
import { roomPolicy } from './room-policy.ts'

/** The limits and policies of this deployment, as `sync` announces them. */
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
