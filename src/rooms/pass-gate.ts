import { type Drawn, Gated, nextSeq } from '../entities/chat-room.ts'
import { gateOf } from '../entities/gate.ts'
import { countSlow } from '../entities/slow-mode.ts'
import { rankOf, type Standing } from '../protocol/permissions.ts'
import { refused, stranger } from './admission.ts'

/** Who wants to write. */
export interface Sender {
  userId: string
  standing: Standing
  /** Whether slow mode has counted this send before, as it does for a file when its form is asked for. */
  isCounted?: boolean
}

/**
 * The room's next number for somebody, past the gate that the room may have. In a room without one that is a single
 * request; in one with a gate a refused request returns it, and the second one names it, so that a gate that changes in
 * between is obeyed. AP7, AP66.
 *
 * @throws RoomClosed | Forbidden | NotAMember | RateLimited when the gate stands in the way: nothing was drawn
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

/** AP66. Slow mode counts a sender once. */
export async function passGate(sender: Sender, chatRoomId: string, text: string): Promise<void> {
  const gate = gateOf({ gate: text })
  const { standing, userId } = sender
  if (gate.deleted) throw stranger()
  if (standing === 'admin') return
  if (gate.closed) throw refused('room_closed', 0)
  if (rankOf(standing) >= rankOf('moderator')) return
  if (gate.moderatorsOnly) throw refused('forbidden', 0)
  if (gate.slowModeSeconds === 0 || sender.isCounted) return
  await countSlow(userId, chatRoomId, gate.slowModeSeconds, Date.now())
  sender.isCounted = true
}
