import type { Drawn } from '../entities/chat-room.ts'
import { Unavailable } from '../errors.ts'

/**
 * Attempts to write. A reader seals an empty place after some 80 ms, so a second attempt is rare, and a fourth would
 * hide a fault.
 */
const MAX_SEQ_ATTEMPTS = 3

/**
 * Draws a seq and calls `write` with it. Draws another one each time a reader has sealed the place before the write.
 * Returns the last seq, and what `write` returned for it. If that is no success, the caller must give the seq up
 * (`giveUpSeq`).
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
