import { directRoomId, findDirectRoom } from '../../rooms/direct-room.ts'
import { admitDraft, requireRootInDirect } from '../../rooms/admit-draft.ts'
import { asideOf } from '../../rooms/aside.ts'
import { action } from '../action.ts'
import { type Caller, ownConnection } from '../caller.ts'
import { count } from '../rate-limit.ts'
import { requireDirectRoomCreation } from '../room-policy.ts'
import { send } from '../send.ts'

/**
 * Appends a message to a room, or to the direct room with one user. A direct room is created with its first message;
 * the sending connection is subscribed to it before the message is written. AP3, AP5, AP7, AP8, AP10, AP14, AP15, AP17,
 * AP19, AP20, AP23, AP24, AP25, AP32, AP34, AP36, AP37, AP38, AP41, AP44, AP49, AP53, AP58, AP66, AP70, AP71, AP107,
 * AP145.
 */
export const sendMessage = action('sendMessage', async (input, caller) => {
  const { chatRoomId, recipientId, content, clientMessageId } = input
  const aside = asideOf(input, caller.userId)
  const message = { kind: 'text', content, clientMessageId, ...aside } as const
  const now = Date.now()
  if (chatRoomId !== undefined) {
    return send(caller, { ...message, chatRoomId }, { check: admitDraft(caller, chatRoomId, aside, now) })
  }
  const direct = directRoomId(caller.userId, recipientId!)
  const found = findDirectRoom(caller, ownConnection(caller), recipientId!, now)
  const check = found.then(async ({ standing, membership }) => {
    await requireRootInDirect(direct, membership, aside.threadId, now)
    return standing
  })
  return send(caller, { ...message, chatRoomId: direct }, { check, enter: () => makeIfAllowed(caller, found) })
})

async function makeIfAllowed(caller: Caller, found: ReturnType<typeof findDirectRoom>): Promise<void> {
  const { make } = await found
  if (make === undefined) return
  requireDirectRoomCreation(caller)
  await count('direct', caller, Date.now())
  await make()
}
