import type { Action } from '../../src/protocol/actions.ts'

/** Actions that the tests of uploads cover. */
type UploadAction = 'handleFileUpload' | 'getFileUrl'

type Frame<A extends string> = { action: A } & Record<string, unknown>

/** A frame of every action that its schema accepts, all of them in one room. */
export const validFrames = (chatRoomId: string): { [A in Exclude<Action, UploadAction>]: Frame<A> } => ({
  sync: { action: 'sync', rooms: { [chatRoomId]: 0 } },
  createRoom: { action: 'createRoom', roomName: 'A room' },
  joinRoom: { action: 'joinRoom', chatRoomId },
  leaveRoom: { action: 'leaveRoom', chatRoomId },
  getRoom: { action: 'getRoom', chatRoomId },
  listRooms: { action: 'listRooms' },
  sendMessage: { action: 'sendMessage', chatRoomId, content: 'hello' },
  broadcastMessage: { action: 'broadcastMessage', chatRoomId, content: 'hello' },
  typingIndicator: { action: 'typingIndicator', chatRoomId },
  getHistory: { action: 'getHistory', chatRoomId },
  ping: { action: 'ping' },
})
