import { takeBackSeq } from '../entities/chat-room.ts'
import { sealHole } from '../entities/message.ts'

/**
 * Gives up a number that no message will use, because another attempt at the same send was faster. If it is still the
 * room's newest, it will be handed out again; otherwise its place is sealed, so that readers needn't wait for it. AP37,
 * AP20.
 */
export async function giveUpSeq(chatRoomId: string, seq: number, now: number): Promise<void> {
  if (!(await takeBackSeq(chatRoomId, seq))) await sealHole(chatRoomId, seq, now)
}
