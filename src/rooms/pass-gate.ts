import { type Drawn, Gated, nextSeq } from '../entities/chat-room.ts'
import { gateOf } from '../entities/gate.ts'
import { countSlow } from '../entities/slow-mode.ts'
import { rankOf, type Standing } from '../protocol/permissions.ts'
import { refused, stranger } from './admission.ts'

/** A user who wants to write. */
export interface Sender {
  userId: string
  standing: Standing
  /** Whether slow mode has counted this send already. A file is counted when its form is asked for. */
  isCounted?: boolean
}

/**
 * Draws a room's next seq for a sender, past the room's gate if it has one. Without a gate this is a single request.
 * With one, the first request is refused and returns the gate, and a second one names it. So a gate that changes in
 * between is obeyed too. AP7, AP66.
 *
 * @throws RoomClosed | Forbidden | NotAMember | RateLimited when the gate refuses the sender; no seq was drawn
 */
export async function drawFor(sender: Sender, chatRoomId: string): Promise<Drawn> {
  for (let pass: string | undefined; ;) {
    try {
      return await nextSeq(chatRoomId, Date.now(), pass)
    } catch (error) {
      if (!(error instanceof Gated)) throw error
      pass = error.gate
      await passGate(sender, chatRoomId, pass)
    }
  }
}

/**
 * Makes sure that a sender may pass a gate. Slow mode counts a send only once. AP66.
 *
 * @param text the gate's attribute
 * @throws RoomClosed | Forbidden | NotAMember | RateLimited when the gate refuses the sender
 */
export async function passGate(sender: Sender, chatRoomId: string, text: string): Promise<void> {
  const gate = gateOf({ gate: text })
  const { standing, userId } = sender
  if (gate.deleted) throw stranger()
  if (standing === 'server') return
  if (gate.closed) throw refused('room_closed', 0)
  if (rankOf(standing) >= rankOf('moderator')) return
  if (gate.moderatorsOnly) throw refused('forbidden', 0)
  if (gate.slowModeSeconds === 0 || sender.isCounted) return
  await countSlow(userId, chatRoomId, gate.slowModeSeconds, Date.now())
  sender.isCounted = true
}
