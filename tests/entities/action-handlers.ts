import type { Action } from '../../src/protocol/actions.ts'
import type { ActionHandler } from '../../src/ws/action.ts'
import { broadcastMessage } from '../../src/ws/actions/broadcast-message.ts'
import { createRoom } from '../../src/ws/actions/create-room.ts'
import { getFileUrl } from '../../src/ws/actions/get-file-url.ts'
import { getHistory } from '../../src/ws/actions/get-history.ts'
import { getRoom } from '../../src/ws/actions/get-room.ts'
import { handleFileUpload } from '../../src/ws/actions/handle-file-upload.ts'
import { joinRoom } from '../../src/ws/actions/join-room.ts'
import { leaveRoom } from '../../src/ws/actions/leave-room.ts'
import { listRooms } from '../../src/ws/actions/list-rooms.ts'
import { ping } from '../../src/ws/actions/ping.ts'
import { sendMessage } from '../../src/ws/actions/send-message.ts'
import { sync } from '../../src/ws/actions/sync.ts'
import { typingIndicator } from '../../src/ws/actions/typing-indicator.ts'

/** The handler of each action, to be called without its Lambda function. */
export const handlers = {
  broadcastMessage,
  createRoom,
  getFileUrl,
  getHistory,
  getRoom,
  handleFileUpload,
  joinRoom,
  leaveRoom,
  listRooms,
  ping,
  sendMessage,
  sync,
  typingIndicator,
} satisfies Record<Action, unknown> as Record<Action, ActionHandler>
