import { useEffect } from 'react'
import { printableName } from '../../../client/index.ts'
import { lettersOf } from '../text/letters-of.ts'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

/** A user's name. One that looks like the name of somebody else says which letters it is made of. */
export function UserName({ userId }: { userId: string }) {
  const { people } = useChat()
  const isAlike = useStore(people).has(userId)
  const name = printableName(userId) || '?'
  useEffect(() => people.add(userId, name), [people, userId, name])
  const letters = isAlike ? lettersOf(userId) : ''
  return (
    <>
      <bdi>{name}</bdi>
      {letters !== '' && <small className="hint-inline"> {letters}</small>}
    </>
  )
}
