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
  editMessage: { action: 'editMessage', chatRoomId, messageId: '0000000000000001', content: 'hello' },
  deleteMessage: { action: 'deleteMessage', chatRoomId, messageId: '0000000000000001' },
  getMessages: { action: 'getMessages', chatRoomId, messageIds: ['0000000000000001'] },
  getChanges: { action: 'getChanges', chatRoomId, after: 0 },
  addMembers: { action: 'addMembers', chatRoomId, userIds: ['zoe'] },
  removeMember: { action: 'removeMember', chatRoomId, userId: 'zoe' },
  setRole: { action: 'setRole', chatRoomId, userId: 'zoe', role: 'moderator' },
  listMembers: { action: 'listMembers', chatRoomId },
  createInvite: { action: 'createInvite', chatRoomId },
  listInvites: { action: 'listInvites', chatRoomId },
  revokeInvite: { action: 'revokeInvite', chatRoomId, invite: 'x'.repeat(22) },
  listPublicRooms: { action: 'listPublicRooms' },
  blockUser: { action: 'blockUser', userId: 'zoe' },
  unblockUser: { action: 'unblockUser', userId: 'zoe' },
  listBlocked: { action: 'listBlocked' },
  updateRoom: { action: 'updateRoom', chatRoomId, topic: 'Tea' },
  pinMessage: { action: 'pinMessage', chatRoomId, messageId: '0000000000000001' },
  unpinMessage: { action: 'unpinMessage', chatRoomId, messageId: '0000000000000001' },
  deleteRoom: { action: 'deleteRoom', chatRoomId },
  banMember: { action: 'banMember', chatRoomId, userId: 'zoe' },
  unbanMember: { action: 'unbanMember', chatRoomId, userId: 'zoe' },
  listBans: { action: 'listBans', chatRoomId },
  muteMember: { action: 'muteMember', chatRoomId, userId: 'zoe', seconds: 60 },
  closeRoom: { action: 'closeRoom', chatRoomId, closed: true },
  reportMessage: { action: 'reportMessage', chatRoomId, messageId: '0000000000000001', reason: 'spam' },
  getAudit: { action: 'getAudit', chatRoomId },
  markRead: { action: 'markRead', reads: { [chatRoomId]: 1 } },
  markUnread: { action: 'markUnread', chatRoomId, seq: 1 },
  getUnread: { action: 'getUnread', heads: { [chatRoomId]: 1 } },
  getReceipts: { action: 'getReceipts', chatRoomId },
  ping: { action: 'ping' },
})
