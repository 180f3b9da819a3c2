import { auditOf, type AuditRow, putAudit } from '../../src/entities/audit.ts'
import { Ban, bansOfRoom, type BanRow, getBan } from '../../src/entities/ban.ts'
import { blockedBy, blocksOf, deleteBlock, putBlock } from '../../src/entities/block.ts'
import {
  appendChanges,
  changesAfter,
  clearPending,
  getHeadRev,
  getPending,
  setPending,
} from '../../src/entities/change.ts'
import { changeRoom } from '../../src/entities/change-room.ts'
import {
  ChatRoom,
  getRoom,
  getRooms,
  isPending,
  nextSeq,
  raiseFirstSeq,
  raiseHeadRev,
  takeBackSeq,
} from '../../src/entities/chat-room.ts'
import { ChatRoomDetails, getDetails, noteMemberCount, publicRooms } from '../../src/entities/chat-room-details.ts'
import {
  areOpen,
  clearSessionKey,
  deleteConnection,
  getConnection,
  holdPresence,
  putConnection,
  releasePresence,
  requestClose,
  setOpenRoom,
  keepSessionKey,
} from '../../src/entities/connection.ts'
import { addPosting, postedFor, removePosting } from '../../src/entities/posting.ts'
import { putTasks } from '../../src/entities/fan-out-task.ts'
import { addPendingMember, completeRoom, createRoom } from '../../src/entities/create-room.ts'
import { changeRow, deleteRow, erasuresOf, scanRows, startErasure, type StoredRow } from '../../src/entities/erasure.ts'
import { putAuditedJob } from '../../src/entities/audited-job.ts'
import {
  finishJob,
  getJob,
  Job,
  type JobRow,
  noteFailure,
  openJobs,
  putJob,
  saveProgress,
} from '../../src/entities/job.ts'
import { buryRoom, deleteMessagesBefore, deletePart } from '../../src/entities/purge-room.ts'
import {
  bannedAmong,
  noteAdmin,
  standingOfUser,
  changeProfile,
  getProfiles,
  makeProfile,
  setBlocked,
} from '../../src/entities/user.ts'
import { connectionsOfUser } from '../../src/entities/user-connection.ts'
import { deleteInvite, getInvite, type InviteRow, invitesOfRoom, putInvite } from '../../src/entities/invite.ts'
import {
  addMember,
  getMembers,
  getMembership,
  getMemberships,
  membersAfter,
  type MembershipRow,
  mirrorMembership,
  endOfMembership,
  removeMember,
  roomWithDetails,
  roomWithMembers,
} from '../../src/entities/membership.ts'
import {
  editMessage,
  eraseMessage,
  forgetMessage,
  getMessage,
  getMessages,
  messageIdOf,
  messagesBetween,
  type MessageRow,
  putMessage,
  setThumbs,
  sealHoles,
  setReactions,
  setThread,
} from '../../src/entities/message.ts'
import {
  deleteReactions,
  everyReaction,
  putReaction,
  Reaction,
  reactionsBy,
  reactionsOf,
  removeReaction,
} from '../../src/entities/reaction.ts'
import { everyReply, putReply, removeReply, repliesBetween } from '../../src/entities/thread-reply.ts'
import { deleteMentions, deleteMentionsIn, mentionsOf, putMentions } from '../../src/entities/mention.ts'
import { followedThreads, followUnlessSaid, forgetThreadsIn, setFollowing } from '../../src/entities/followed-thread.ts'
import { banStranger, changeBan, changeMember, setDirectRoles } from '../../src/entities/moderate.ts'
import { holdUpload, pendingUploads, releaseUpload } from '../../src/entities/pending-upload.ts'
import {
  countPage,
  endCounting,
  moveMembers,
  RoomSize,
  startCounting,
  takePlaces,
} from '../../src/entities/room-size.ts'
import { countUse } from '../../src/entities/rate-window.ts'
import { setNotify } from '../../src/entities/notify-level.ts'
import {
  claimSend,
  contentHashOf,
  emptyGuards,
  getGuard,
  putGuardedMessage,
  releaseClaim,
} from '../../src/entities/send-guard.ts'
import { raiseClass } from '../../src/entities/room-class.ts'
import { getStates, moveMarker, statesOfUser, takeBackMarker } from '../../src/entities/room-state.ts'
import { endSession, putSession, sessionsOfUser } from '../../src/entities/session.ts'
import { countSlow } from '../../src/entities/slow-mode.ts'
import {
  departuresOfRoom,
  placeOf,
  someSubscriptions,
  subscribe,
  subscriptionsOfRoom,
  unsubscribe,
} from '../../src/entities/subscription.ts'
import { lastTyping, setTyping, whoTypes } from '../../src/entities/typing.ts'
import {
  deletePresent,
  deletePresentUser,
  endPlaces,
  getPresent,
  presentInRoom,
  presentOfUser,
  putPresent,
  renewPresent,
} from '../../src/entities/present.ts'
import {
  closeUpload,
  completeUpload,
  deleteUpload,
  getUpload,
  rejectUpload,
  startUpload,
  type UploadRow,
} from '../../src/entities/upload.ts'
import { hasRoomsOfTheirOwn, roomsAndSessions, roomsOfUser } from '../../src/entities/user-room.ts'

export const NOW = 1_800_000_000_000
export const EXPIRES_AT = NOW / 1_000 + 7_200

/** A connection that doesn't exist yet, with an id like API Gateway's. */
export const NEW_CONNECTION = 'Mx9bcfQkIAMCEAA='

const connection = {
  connectionId: 'Lx9bcfQkIAMCEAA=',
  userId: 'ada',
  lastConnectedAt: NOW,
  expiresAt: EXPIRES_AT,
}

export const membership: MembershipRow = {
  chatRoomId: 'general',
  userId: 'ada',
  role: 'member',
  joinedAt: NOW,
  joinId: 'j1',
  joinedSeq: 0,
}

export const session = {
  userId: 'ada',
  sessionKey: 'tab-1',
  connectionId: connection.connectionId,
  expiresAt: EXPIRES_AT,
}

const here = { chatRoomId: 'general', userId: 'ada', connectionId: connection.connectionId }

const presence = {
  since: NOW,
  changedAt: NOW,
  until: NOW + 300_000,
  joinId: 'j1',
  session: placeOf(session),
  data: undefined,
}

export const subscription = { session, room: { chatRoomId: 'general', joinId: 'j1' } }

const messageAt = (seq: number): MessageRow => ({
  chatRoomId: 'general',
  messageId: messageIdOf(seq),
  kind: 'text',
  senderId: 'ada',
  content: 'hello',
  timestamp: NOW,
})

const guard = { chatRoomId: 'general', senderId: 'ada' }

export const claim = { token: 't1', contentHash: contentHashOf({ kind: 'text', content: 'hello' }), claimedAt: NOW }

const founding = {
  chatRoomId: 'new',
  roomName: 'New',
  createdBy: 'ada',
  createdAt: NOW,
  session,
}

const upload: UploadRow = {
  uploadId: 'u1',
  chatRoomId: 'general',
  uploaderId: 'ada',
  objectKey: 'rooms/general/u1/0f',
  fileName: 'plan.pdf',
  contentType: 'application/pdf',
  size: 1_000,
  caption: '',
  clientMessageId: 'c3',
  status: 'pending',
  expiresAt: EXPIRES_AT,
}

export const audit: AuditRow = {
  chatRoomId: 'general',
  entryId: `${NOW}-AAAAAAAA`,
  at: NOW,
  by: 'eve',
  action: 'settings',
  expiresAt: EXPIRES_AT,
}

const details = { chatRoomId: 'general', changes: 2, roomName: 'General' }

export const ban: BanRow = { chatRoomId: 'general', userId: 'mal', by: 'eve', at: NOW }

export const invite: InviteRow = {
  invite: 'AAAAAAAAAAAAAAAAAAAAAA',
  chatRoomId: 'general',
  role: 'member',
  by: 'eve',
  createdAt: NOW,
  until: NOW + 3_600_000,
  uses: 0,
  expiresAt: EXPIRES_AT,
  ofRoom: 'invites#general',
  place: `${NOW}#AAAAAAAAAAAAAAAAAAAAAA`,
}

const job: JobRow = {
  list: 'jobs',
  jobId: `${NOW}-AAAAAAAA`,
  kind: 'purgeRoom',
  args: '{"chatRoomId":"ended"}',
  done: 0,
  createdAt: NOW,
  expiresAt: EXPIRES_AT,
}
const marked = { userId: 'ada', chatRoomId: 'general' }

const reaction = { chatRoomId: 'general', messageId: messageIdOf(1), reaction: '👍', userId: 'ada' }

const thread = { chatRoomId: 'general', threadId: messageIdOf(1) }

const reply = { ...thread, messageId: messageIdOf(2) }

const mention = { chatRoomId: 'general', messageId: messageIdOf(1), senderId: 'bob', timestamp: NOW }

const erasure = { userId: 'mal', erasedAt: NOW, erasure: 'delete', erasedAs: 'erased-1' } as const

const storedInvite: StoredRow = { pk: `invite#${invite.invite}`, sk: 'invite', __edb_e__: 'Invite', By: 'ada' }

/** A typical call of every access pattern, on small items. */
export const patterns = {
  AP1: () => putConnection({ ...connection, connectionId: NEW_CONNECTION }),
  AP2: () => deleteConnection(connection.connectionId),
  AP3: () => sessionsOfUser('ada', NOW),
  AP4: () => setOpenRoom(connection.connectionId, 'general'),
  AP5: () => getRoom('general'),
  AP6: () => getRooms(['general', 'random']),
  AP7: () => nextSeq('general', NOW),
  AP8: () => getMembership('general', 'ada'),
  AP9: () => getMemberships('ada', ['general', 'random']),
  AP10: () =>
    addMember({ ...membership, userId: 'bob' }, { session: { ...session, userId: 'bob', sessionKey: 'tab-1' } }),
  AP11: () => removeMember(membership, NOW),
  AP12: () => roomsOfUser('ada', { limit: 50 }),
  AP13: () => roomWithMembers('general', { limit: 1_000 }),
  AP14: () => subscribe([{ ...subscription, session: { ...session, sessionKey: 'tab-2' } }]),
  AP15: () => unsubscribe({ chatRoomId: 'general', place: placeOf(session) }, { joinId: 'j1' }),
  AP16: () => subscriptionsOfRoom('general', NOW),
  AP17: () => endSession(session),
  AP18: () =>
    setTyping(
      { chatRoomId: 'general', userId: 'ada', isTyping: true, toldAt: NOW, until: NOW + 10_000, headSeq: 2 },
      undefined,
      NOW,
    ),
  AP19: () => putMessage(messageAt(2)),
  AP20: () => sealHoles('general', [{ seq: 3, prevDrawnAt: NOW }], NOW),
  AP21: () => getMessage('general', messageIdOf(1)),
  AP22: () => messagesBetween('general', { first: 1, last: 50, limit: 51, order: 'asc' }),
  AP23: () => getGuard({ chatRoomId: 'general', senderId: 'ada', clientMessageId: 'c1' }),
  AP24: () => putGuardedMessage({ ...messageAt(4), clientMessageId: 'c2' }, claim.token),
  AP25: () => countUse({ userId: 'ada', rateClass: 'send', what: 'send' }, { uses: 20, seconds: 10 }, NOW),
  AP26: () => startUpload({ ...upload, uploadId: 'u2' }),
  AP27: () => getUpload('u1'),
  AP28: () => completeUpload(upload, { ...messageAt(5), kind: 'file', versionId: 'v1' }),
  AP29: () => rejectUpload('u1', 'size_mismatch'),
  AP30: () => closeUpload('u1'),
  AP31: () => putTasks([{ chatRoomId: 'general', after: '3f#~', through: '7f', deliveries: '[]' }], NOW),
  AP32: () => createRoom({ ...founding, owner: 'ada', members: ['ada', 'bob'] }),
  AP33: () => completeRoom({ ...founding, chatRoomId: 'large' }, ['zoe']),
  AP34: () => getMessages('general', [1, 2]),
  AP35: () => keepSessionKey(connection.connectionId, 'tab-1'),
  AP36: () => putSession({ ...session, syncedAt: NOW }),
  AP37: () => takeBackSeq('general', { seq: 1 }),
  AP38: () => getConnection(connection.connectionId),
  AP39: () => mirrorMembership(membership),
  AP40: () => isPending('general'),
  AP41: () => claimSend({ ...guard, clientMessageId: 'c4' }, claim),
  AP42: () => departuresOfRoom('general'),
  AP43: () => lastTyping('general', 'ada'),
  AP44: () => hasRoomsOfTheirOwn('ada', 1_000),
  AP45: () => pendingUploads('ada', 200, NOW),
  AP46: () => holdUpload({ userId: 'ada', uploadId: 'u1', size: 1_000, expiresAt: EXPIRES_AT }),
  AP47: () => releaseUpload({ userId: 'ada', uploadId: 'u1' }),
  AP48: () => clearSessionKey(connection.connectionId),
  AP49: () => setDirectRoles('random', ['ada', 'eve'], 'member'),
  AP50: () => getDetails('general'),
  AP51: () =>
    changeRoom({ chatRoomId: 'general', changes: 3, topic: 'Tea' }, { roomName: 'General', access: 'r' }, audit),
  AP52: () => publicRooms({ limit: 50 }),
  AP53: () => getBan({ chatRoomId: 'general', userId: 'mal' }),
  AP54: () => bansOfRoom('general', { limit: 100 }, NOW),
  AP55: () => changeBan(ban, undefined, audit),
  AP56: () => putBlock('ada', 'bob', NOW),
  AP57: () => deleteBlock('ada', 'mal'),
  AP58: () => blocksOf(['ada', 'bob'], 'mal'),
  AP59: () => blockedBy('ada', { limit: 100 }),
  AP60: () => putInvite({ ...invite, invite: 'BBBBBBBBBBBBBBBBBBBBBB', place: `${NOW}#BBBBBBBBBBBBBBBBBBBBBB` }),
  AP61: () => getInvite(invite.invite),
  AP62: () => deleteInvite('general', invite.invite),
  AP63: () => invitesOfRoom('general', { limit: 100 }, NOW),
  AP64: () => auditOf('general', { limit: 50 }),
  AP65: () => putAudit({ ...audit, entryId: `${NOW}-BBBBBBBB` }),
  AP66: () => countSlow('ada', 'general', 30, NOW),
  AP67: () => membersAfter('general', { limit: 100 }),
  AP68: () => changeMember(membership, { role: 'moderator' }, audit),
  AP69: () => banStranger({ ...ban, userId: 'zed' }, undefined, audit),
  AP70: () => releaseClaim({ ...guard, clientMessageId: 'c5' }, claim.token),
  AP71: () => addPendingMember({ chatRoomId: 'large', createdAt: NOW }, 'yan'),
  AP72: () => openJobs(25),
  AP73: () => saveProgress(job, { cursor: '2', done: 100 }),
  AP74: () => finishJob(job, 5, NOW),
  AP75: () => deletePart('ended', 'bans'),
  AP76: () => buryRoom('ended'),
  AP77: () => standingOfUser('mal', NOW),
  AP78: () => setBlocked('mal', NOW + 60_000, { by: 'shop', at: NOW }),
  AP79: () => connectionsOfUser('ada', NOW),
  AP81: () => requestClose(connection.connectionId, 'spam', NOW),
  AP82: () => takePlaces('large', 1, 100_000),
  AP83: () => startCounting('large', 1_000),
  AP84: () => endCounting({ chatRoomId: 'large', members: 1, countedAt: NOW }, 3, NOW + 1),
  AP85: () => countPage('large'),
  AP86: () => editMessage(messageAt(1), { editedAt: NOW, content: 'hello, all' }),
  AP87: () => eraseMessage(messageAt(2), { deletedAt: NOW, deletedBy: 'ada' }),
  AP88: () => getHeadRev('general'),
  AP89: () => appendChanges('general', 0, [{ what: 'm', id: messageIdOf(1) }], NOW),
  AP90: () => raiseHeadRev('general', 1),
  AP91: () => changesAfter('general', { after: 0, head: 300, limit: 201 }),
  AP92: () => deleteUpload('u1'),
  AP93: () =>
    moveMarker({ ...marked, chatRoomId: 'random' }, { seq: 5, isPrivate: false, originConnectionId: 'c=' }, NOW),
  AP94: () => takeBackMarker(marked, { seq: 1, originConnectionId: 'c=' }, NOW + 1),
  AP126: () =>
    setNotify(
      { userId: 'ada', chatRoomId: 'general' },
      { level: 'none', until: NOW, originConnectionId: 'c=' },
      NOW + 1,
    ),
  AP95: () => statesOfUser('ada', ['general', 'random']),
  AP96: () => getStates([marked, { ...marked, userId: 'bob' }]),
  AP97: () => raiseClass('general', 'medium'),
  AP98: () => roomWithDetails('general'),
  AP99: () => putReaction({ ...reaction, reaction: '#️⃣%', at: NOW }),
  AP100: () => removeReaction(reaction),
  AP101: () => reactionsOf(reaction, { limit: 100 }),
  AP102: () => everyReaction(reaction),
  AP103: () => reactionsBy('ada', [{ chatRoomId: 'general', messageId: messageIdOf(1), reaction: '👍' }]),
  AP104: () => deleteReactions(reaction),
  AP105: () => putReply({ ...reply, senderId: 'bob', at: NOW }),
  AP106: () => removeReply(reply),
  AP107: () => repliesBetween(thread, { first: 1, last: 9, limit: 51, order: 'asc' }),
  AP108: () => everyReply(thread),
  AP109: () => putMentions(mention, ['ada']),
  AP110: () => deleteMentions(mention, ['ada']),
  AP111: () => mentionsOf('ada', { limit: 50 }, NOW),
  AP112: () => deleteMentionsIn('general', 'ada', NOW),
  AP113: () =>
    setReactions({ chatRoomId: 'general', messageId: messageIdOf(1) }, [
      { reaction: '👍', count: 1, userIds: ['ada'] },
    ]),
  AP114: () => setFollowing({ ...thread, userId: 'ada' }, true),
  AP115: () => followUnlessSaid({ ...thread, userId: 'ada' }),
  AP116: () => followedThreads('ada', { limit: 20 }),
  AP117: () => forgetThreadsIn('general', 'ada'),
  AP118: () =>
    setThread(
      { chatRoomId: 'general', messageId: messageIdOf(1) },
      { replies: 1, lastSeq: 2, lastAt: NOW, lastUserIds: ['bob'] },
    ),
  AP119: () => getMembers('general', ['ada', 'bob']),
  AP120: () => setPending('general', 1),
  AP121: () => clearPending('general', { first: 1, last: 1 }),
  AP123: () => getProfiles(['ada', 'bob']),
  AP124: () => changeProfile('ada', { name: 'Ada Lovelace', imageUrl: null }, NOW),
  AP125: () => makeProfile('mal', { name: 'Mal' }, NOW),
  AP80: () => getPending('general'),
  AP134: () => getPresent(here),
  AP135: () => putPresent(here, presence),
  AP136: () => renewPresent(here, presence, { until: NOW + 420_000, data: undefined }, NOW),
  AP137: () => deletePresent(here),
  AP138: () => presentInRoom('general', 400, NOW),
  AP139: () => deletePresentUser({ ...here, joinId: 'j1' }),
  AP140: () => holdPresence(here, 20),
  AP141: () => releasePresence(connection.connectionId, 'general'),
  AP142: () => areOpen([connection.connectionId, NEW_CONNECTION]),
  AP143: () => someSubscriptions('general', 400, NOW),
  AP122: () => putJob({ ...job, jobId: `${NOW}-BBBBBBBB` }),
  AP127: () => getJob(job.jobId),
  AP128: () => noteFailure(job, 'broken'),
  AP129: () => raiseFirstSeq('general', 1),
  AP130: () => putAuditedJob({ ...audit, action: 'truncate' }, { ...job, jobId: `${NOW}-DDDDDDDD` }),
  AP131: () => deleteMessagesBefore('random', 3, NOW),
  AP132: () => emptyGuards([{ ...messageAt(1), clientMessageId: 'c1' }], NOW),
  AP133: () => whoTypes('general'),
  AP151: () => bannedAmong(['ada', 'mal'], NOW),
  AP150: () => endPlaces({ ...here, connectionId: NEW_CONNECTION }, ['general'], NOW),
  AP144: () => startErasure({ ...erasure, userId: 'zed' }, 'shop', { ...job, jobId: `${NOW}-CCCCCCCC` }),
  AP145: () => erasuresOf(['ada', 'mal']),
  AP146: () => scanRows({ index: 0, of: 4 }, { limit: 10 }),
  AP147: () => deleteRow({ pk: 'block#bob', sk: 'user#mal' }),
  AP148: () => changeRow(storedInvite, { By: 'erased-1' }),
  AP149: () =>
    forgetMessage(
      { chatRoomId: 'general', messageId: messageIdOf(1) },
      { userId: 'ada', erasedAs: 'erased-1', deletedAt: NOW },
    ),
  AP152: () => addPosting(posting, [2]),
  AP153: () => removePosting(posting, [1]),
  AP154: () => postedFor(posting, { isBeginning: true }),
  AP155: () => roomsAndSessions('ada', 'general'),
  AP160: () => moveMembers('large', { joined: 3, left: 1 }),
  AP161: () => noteMemberCount('general', 3),
  AP158: () => presentOfUser(here, presence.joinId, NOW),
  AP157: () => noteAdmin('mal', true),
  AP159: () => endOfMembership({ chatRoomId: 'general', joinId: 'j1' }),
  AP156: () =>
    setThumbs(
      { chatRoomId: 'general', messageId: messageIdOf(1), fileUrl: 's3://tabletalk-files/rooms/general/u1/a' },
      [640, 1280],
    ),
} satisfies Record<string, () => Promise<unknown>>

const posting = { chatRoomId: 'general', thousand: 0, word: 'hello' }

export type Pattern = keyof typeof patterns

/** Writes the rows that every pattern's call needs. */
export async function seed(): Promise<void> {
  await putConnection(connection)
  for (const chatRoomId of ['general', 'random']) {
    await createRoom({ ...founding, chatRoomId, createdBy: 'eve', owner: 'eve', members: [] })
    await addMember({ ...membership, chatRoomId })
  }
  await putSession(session)
  const large = { chatRoomId: 'large', roomName: 'Large', createdBy: 'ada', createdAt: NOW }
  await ChatRoom.put({ ...large, setup: 'pending', pendingMembers: ['zoe'] }).go()
  await subscribe([subscription])
  for (const clientMessageId of ['c1', 'c2', 'c5']) await claimSend({ ...guard, clientMessageId }, claim)
  await putGuardedMessage({ ...messageAt(1), clientMessageId: 'c1' }, claim.token)
  await startUpload(upload)
  await ChatRoomDetails.put({ ...details, listed: 'public', listedAs: 'general#general' }).go()
  await Ban.put(ban).go()
  for (const userId of ['ada', 'bob']) await putBlock(userId, 'mal', NOW)
  await putInvite(invite)
  await putAudit(audit)
  await Job.put(job).go()
  await RoomSize.put({ chatRoomId: 'large', members: 1, countedAt: NOW }).go()
  await Ban.put({ ...ban, chatRoomId: 'ended' }).go()
  await ChatRoom.put({ ...large, chatRoomId: 'ended', gate: 'd' }).go()
  await moveMarker(marked, { seq: 2, isPrivate: false }, NOW)
  await Reaction.put({ ...reaction, at: NOW }).go()
  await putReply({ ...reply, senderId: 'bob', at: NOW })
  await putMentions(mention, ['ada'])
  await putPresent(here, presence)
  await addPosting(posting, [1])
}
