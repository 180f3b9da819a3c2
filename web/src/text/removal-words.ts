import type { Removal } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { plainMoment } from './date-text.ts'

/** Says that a user is no longer in a room, and until when. @param title the room's name, isolated */
export function removalSentence({ reason, until }: Removal, title: string, now: number): string {
  switch (reason) {
    case 'kicked':
      return words.youWere.kicked(title)
    case 'banned':
      return words.youWere.banned(title, until === undefined ? undefined : plainMoment(until, now))
    case 'roomDeleted':
      return words.youWere.deleted(title)
    default:
      return words.youWere.gone(title)
  }
}
