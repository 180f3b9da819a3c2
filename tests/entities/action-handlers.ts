import { handlers as serverHandlers } from '../../src/http/handlers.ts'
import type { Action } from '../../src/protocol/actions.ts'
import type { ActionHandler } from '../../src/ws/action.ts'
import { enterPresence } from '../../src/ws/actions/enter-presence.ts'
import { joinRoom } from '../../src/ws/actions/join-room.ts'
import { leaveRoom } from '../../src/ws/actions/leave-room.ts'
import { leavePresence } from '../../src/ws/actions/leave-presence.ts'
import { ping } from '../../src/ws/actions/ping.ts'
import { sync } from '../../src/ws/actions/sync.ts'
import { typingIndicator } from '../../src/ws/actions/typing-indicator.ts'

/** The handler of each action, of the server API and of WebSockets, to be called without its Lambda function. */
export const handlers = {
  ...serverHandlers,
  enterPresence,
  joinRoom,
  leaveRoom,
  leavePresence,
  ping,
  sync,
  typingIndicator,
} satisfies Record<Action, unknown> as unknown as Record<Action, ActionHandler>
