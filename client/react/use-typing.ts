import { useEffect } from 'react'
import { roomOf, type Talk } from './talk.ts'
import { useLive } from './use-live.ts'

/**
 * Who else is typing in a room, and how to say that this user is. What was said ends with the component.
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
