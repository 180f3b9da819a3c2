import { takeBackSeq } from '../entities/chat-room.ts'
import { sealHole } from '../entities/message.ts'

/**
 * A number was drawn and no message will use it: the same send, made twice at once, and the other one won. Back it goes
 * if it is still the newest; otherwise its place is sealed, so that readers needn't wait at it. AP37, AP20.
 */
export async function giveUpSeq(chatRoomId: string, seq: number): Promise<void> {
  if (!(await takeBackSeq(chatRoomId, seq))) await sealHole(chatRoomId, seq, Date.now())
}
