import { getAudit } from '../actions/get-audit.ts'
import { getChanges } from '../actions/get-changes.ts'
import { getFileUrl } from '../actions/get-file-url.ts'
import { getHistory } from '../actions/get-history.ts'
import { getMentions } from '../actions/get-mentions.ts'
import { getMessages } from '../actions/get-messages.ts'
import { getOnline } from '../actions/get-online.ts'
import { getPresence } from '../actions/get-presence.ts'
import { getReceipts } from '../actions/get-receipts.ts'
import { getRoom } from '../actions/get-room.ts'
import { getUnread } from '../actions/get-unread.ts'
import { getReactions } from '../actions/get-reactions.ts'
import { getThreads } from '../actions/get-threads.ts'
import { getUsers } from '../actions/get-users.ts'
import { listBans } from '../actions/list-bans.ts'
import { listBlocked } from '../actions/list-blocked.ts'
import { listInvites } from '../actions/list-invites.ts'
import { listMembers } from '../actions/list-members.ts'
import { listPublicRooms } from '../actions/list-public-rooms.ts'
import { listRooms } from '../actions/list-rooms.ts'
import { route } from '../route.ts'

/** Actions that read. The only write is in `getHistory`, which writes a hole in place of a `seq` without a message. */
export const handler = route(
  getRoom,
  listRooms,
  getHistory,
  getMessages,
  getChanges,
  getFileUrl,
  getReactions,
  getThreads,
  getMentions,
  listMembers,
  listInvites,
  listBans,
  listBlocked,
  listPublicRooms,
  getAudit,
  getUnread,
  getReceipts,
  getUsers,
  getPresence,
  getOnline,
)
