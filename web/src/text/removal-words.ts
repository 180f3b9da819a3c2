import type { Removal } from '../../../client/index.ts'
import { plainMoment } from './date-text.ts'

/** Says that a user is no longer in a room, and until when. @param title the room's name, isolated */
export function removalSentence({ reason, until }: Removal, title: string, now: number): string {
  switch (reason) {
    case 'kicked':
      return `You were removed from ${title}.`
    case 'banned':
      return until === undefined
        ? `You are banned from ${title}.`
        : `You are banned from ${title} until ${plainMoment(until, now)}.`
    case 'roomDeleted':
      return `${title} was deleted.`
    default:
      return `You are no longer in ${title}.`
  }
}
