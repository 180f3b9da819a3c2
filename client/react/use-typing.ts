import { useEffect } from 'react'
import { roomOf, type Talk } from './talk.ts'
import { useLive } from './use-live.ts'

/**
 * Returns who else is typing in a room, and functions to report that this user is typing. When the component is
 * unmounted, this user's typing ends.
 *
 * @example
 * const { typing, keystroke } = useTyping(room)
 * return <><input onChange={keystroke} /> {typing.length > 0 && `${typing.join(', ')} …`}</>
 */
export function useTyping(talk: Talk): { typing: string[]; keystroke: () => void; stop: () => void } {
  let now: string[] = []
  const typing = useLive(
    () => now,
    (changed) =>
      talk.on('typing', (userIds) => {
        now = userIds
        changed()
      }),
    [talk],
  )
  const stop = () => roomOf(talk)?.typing.stop()
  useEffect(() => stop, [talk])
  return { typing, keystroke: () => roomOf(talk)?.typing.keystroke(), stop }
}
