import { banMember } from '../actions/ban-member.ts'
import { closeRoom } from '../actions/close-room.ts'
import { deleteRoom } from '../actions/delete-room.ts'
import { muteMember } from '../actions/mute-member.ts'
import { pinMessage } from '../actions/pin-message.ts'
import { removeMember } from '../actions/remove-member.ts'
import { reportMessage } from '../actions/report-message.ts'
import { setRole } from '../actions/set-role.ts'
import { unbanMember } from '../actions/unban-member.ts'
import { unpinMessage } from '../actions/unpin-message.ts'
import { updateRoom } from '../actions/update-room.ts'
import { route } from '../route.ts'

/**
 * Actions that need a higher role, each recorded in the audit log, and `reportMessage`, which is recorded there too.
 */
export const handler = route(
  removeMember,
  setRole,
  muteMember,
  banMember,
  unbanMember,
  closeRoom,
  updateRoom,
  pinMessage,
  unpinMessage,
  deleteRoom,
  reportMessage,
)
