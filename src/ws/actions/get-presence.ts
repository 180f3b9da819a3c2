import { classOf } from '../../entities/room-class.ts'
import { MAX_PRESENT } from '../../protocol/limits.ts'
import { admit } from '../../rooms/admission.ts'
import { areKeptApart, hasPresence, personOf, presentPeople } from '../../rooms/presence.ts'
import { action } from '../action.ts'
import { EVENTS_BYTES, longestRun } from '../reply-budget.ts'

/**
 * Returns who is present in a room, if the room shows presence. In a direct room whose two users are kept apart, that
 * is only the caller. AP5, AP8, AP50, AP71, AP138.
 */
export const getPresence = action('getPresence', async ({ chatRoomId }, caller) => {
  const now = Date.now()
  const { room, settings, membership } = await admit(caller, chatRoomId, 'read', now, { withSettings: true })
  if (!hasPresence(room, settings)) {
    return { present: [], count: 0, capped: classOf(room) === 'huge' }
  }
  const { users, isCrowd } = await presentPeople(chatRoomId, now)
  const isApart = areKeptApart(chatRoomId, membership)
  const shown = [...users].flatMap(([userId, rows]) => (isApart && userId !== caller.userId ? [] : [rows]))
  const people = shown.slice(0, MAX_PRESENT).map(personOf)
  const present = longestRun(people, EVENTS_BYTES, 'start')
  return { present, count: present.length, capped: isCrowd || present.length < people.length }
})
