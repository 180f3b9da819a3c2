import { addMembers } from '../ws/actions/add-members.ts'
import { addReaction } from '../ws/actions/add-reaction.ts'
import { banMember } from '../ws/actions/ban-member.ts'
import { blockUser } from '../ws/actions/block-user.ts'
import { broadcastMessage } from '../ws/actions/broadcast-message.ts'
import { closeRoom } from '../ws/actions/close-room.ts'
import { createInvite } from '../ws/actions/create-invite.ts'
import { createRoom } from '../ws/actions/create-room.ts'
import { deleteRoom } from '../ws/actions/delete-room.ts'
import { deleteMessage } from '../ws/actions/delete-message.ts'
import { editMessage } from '../ws/actions/edit-message.ts'
import { followThread } from '../ws/actions/follow-thread.ts'
import { getAudit } from '../ws/actions/get-audit.ts'
import { getChanges } from '../ws/actions/get-changes.ts'
import { getFileUrl } from '../ws/actions/get-file-url.ts'
import { getHistory } from '../ws/actions/get-history.ts'
import { getMentions } from '../ws/actions/get-mentions.ts'
import { getMessages } from '../ws/actions/get-messages.ts'
import { getOnline } from '../ws/actions/get-online.ts'
import { getPresence } from '../ws/actions/get-presence.ts'
import { getReceipts } from '../ws/actions/get-receipts.ts'
import { getRoom } from '../ws/actions/get-room.ts'
import { getUnread } from '../ws/actions/get-unread.ts'
import { getUsers } from '../ws/actions/get-users.ts'
import { getReactions } from '../ws/actions/get-reactions.ts'
import { getThreads } from '../ws/actions/get-threads.ts'
import { handleFileUpload } from '../ws/actions/handle-file-upload.ts'
import { listBans } from '../ws/actions/list-bans.ts'
import { listBlocked } from '../ws/actions/list-blocked.ts'
import { listInvites } from '../ws/actions/list-invites.ts'
import { listMembers } from '../ws/actions/list-members.ts'
import { listPublicRooms } from '../ws/actions/list-public-rooms.ts'
import { listRooms } from '../ws/actions/list-rooms.ts'
import { markRead } from '../ws/actions/mark-read.ts'
import { markUnread } from '../ws/actions/mark-unread.ts'
import { muteMember } from '../ws/actions/mute-member.ts'
import { pinMessage } from '../ws/actions/pin-message.ts'
import { removeMember } from '../ws/actions/remove-member.ts'
import { removeReaction } from '../ws/actions/remove-reaction.ts'
import { reportMessage } from '../ws/actions/report-message.ts'
import { revokeInvite } from '../ws/actions/revoke-invite.ts'
import { searchMessages } from '../ws/actions/search-messages.ts'
import { sendMessage } from '../ws/actions/send-message.ts'
import { setNotifications } from '../ws/actions/set-notifications.ts'
import { setProfile } from '../ws/actions/set-profile.ts'
import { setRole } from '../ws/actions/set-role.ts'
import { unbanMember } from '../ws/actions/unban-member.ts'
import { unblockUser } from '../ws/actions/unblock-user.ts'
import { unpinMessage } from '../ws/actions/unpin-message.ts'
import { updateRoom } from '../ws/actions/update-room.ts'
import type { ServerAction, ServerOnlyAction } from '../protocol/server-api.ts'
import type { ActionHandler } from '../ws/action.ts'
import type { Caller } from '../ws/caller.ts'
import { banUser } from './actions/ban-user.ts'
import { eraseUser } from './actions/erase-user.ts'
import { getJob } from './actions/get-job.ts'
import { disconnectUser } from './actions/disconnect-user.ts'
import { exportRoom } from './actions/export-room.ts'
import { exportUser } from './actions/export-user.ts'
import { truncateRoom } from './actions/truncate-room.ts'
import { unbanUser } from './actions/unban-user.ts'
import { upsertUsers } from './actions/upsert-users.ts'
import type { ServerHandler } from './server-action.ts'

/**
 * The actions of the server API, by the name in the path: the WebSocket's own handlers, and those that only a backend
 * has.
 */
export const handlers: {
  readonly [A in ServerAction]: A extends ServerOnlyAction
    ? ServerHandler<A>
    : ActionHandler<Exclude<A, ServerOnlyAction>, Caller>
} = {
  addMembers,
  addReaction,
  banMember,
  banUser,
  blockUser,
  broadcastMessage,
  closeRoom,
  createInvite,
  createRoom,
  deleteMessage,
  deleteRoom,
  disconnectUser,
  editMessage,
  exportRoom,
  exportUser,
  eraseUser,
  followThread,
  getAudit,
  getChanges,
  getFileUrl,
  getHistory,
  getJob,
  getMentions,
  getMessages,
  getOnline,
  getPresence,
  getReceipts,
  getRoom,
  getUnread,
  getUsers,
  getReactions,
  getThreads,
  handleFileUpload,
  listBans,
  listBlocked,
  listInvites,
  listMembers,
  listPublicRooms,
  listRooms,
  markRead,
  markUnread,
  muteMember,
  pinMessage,
  removeMember,
  removeReaction,
  reportMessage,
  revokeInvite,
  searchMessages,
  sendMessage,
  setNotifications,
  setProfile,
  setRole,
  truncateRoom,
  unbanMember,
  unbanUser,
  unblockUser,
  unpinMessage,
  updateRoom,
  upsertUsers,
}
