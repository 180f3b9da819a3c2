import { addMembers } from '../actions/add-members.ts'
import { blockUser } from '../actions/block-user.ts'
import { createInvite } from '../actions/create-invite.ts'
import { createRoom } from '../actions/create-room.ts'
import { joinRoom } from '../actions/join-room.ts'
import { leaveRoom } from '../actions/leave-room.ts'
import { revokeInvite } from '../actions/revoke-invite.ts'
import { unblockUser } from '../actions/unblock-user.ts'
import { route } from '../route.ts'

/** Actions that change who is in a room or may enter it. */
export const handler = route(
  createRoom,
  joinRoom,
  leaveRoom,
  addMembers,
  createInvite,
  revokeInvite,
  blockUser,
  unblockUser,
)
