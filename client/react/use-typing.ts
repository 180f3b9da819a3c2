import { useEffect } from 'react'
import type { Room } from '../index.ts'
import { useLive } from './use-live.ts'

/**
 * Who else is typing in a room, and how to say that this user is. What was said ends with the component.
 *
 * @example
 * const { typing, keystroke } = useTyping(room)
 * return <><input onChange={keystroke} /> {typing.length > 0 && `${typing.join(', ')} …`}</>
 */
export function useTyping(room: Room): { typing: string[]; keystroke: () => void; stop: () => void } {
  let now: string[] = []
  const typing = useLive(
    () => now,
    (changed) =>
      room.on('typing', (userIds) => {
        now = userIds
        changed()
      }),
    [room],
  )
  useEffect(() => () => room.typing.stop(), [room])
  return { typing, keystroke: () => room.typing.keystroke(), stop: () => room.typing.stop() }
}
