import type { Drawn } from '../entities/chat-room.ts'
import { Unavailable } from '../errors.ts'

/** A reader seals an empty place after some 80 ms, so a second attempt is rare, and a fourth would hide a fault. */
const MAX_SEQ_ATTEMPTS = 3

/**
 * Draws a number and calls `write` with it; draws another one for as long as a reader has sealed the
 * place meanwhile. Returns the last number and what `write` returned for it. If that isn't a success, the caller gives
 * the number up (`giveUpSeq`).
 *
 * @throws Unavailable when three places in a row were sealed
 */
export async function atNextSeq<Outcome extends string | object>(
  draw: () => Promise<Drawn>,
  write: (drawn: Drawn) => Promise<Outcome>,
): Promise<{ drawn: Drawn; outcome: Exclude<Outcome, 'sealed'> }> {
  for (let attempt = 0; attempt < MAX_SEQ_ATTEMPTS; attempt++) {
    const drawn = await draw()
    const outcome = await write(drawn)
    if (outcome !== 'sealed') return { drawn, outcome: outcome as Exclude<Outcome, 'sealed'> }
  }
  throw new Unavailable('unable to keep the message; its place was taken three times')
}
