import { type Drawn, takeBackSeq } from '../entities/chat-room.ts'
import { sealHoles } from '../entities/message.ts'

/**
 * Gives up a seq that no message will use, because another try of the same send was faster. If it is still the room's
 * newest, it is taken back and can be drawn again. Otherwise its place is sealed, so that readers needn't wait for it.
 * AP37, AP20.
 */
export async function giveUpSeq(chatRoomId: string, drawn: Drawn, now: number): Promise<void> {
  if (!(await takeBackSeq(chatRoomId, drawn))) await sealHoles(chatRoomId, [drawn], now)
}
