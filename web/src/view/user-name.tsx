import { useChat } from './use-chat.ts'
import { usePerson } from './use-person.ts'
import { useStore } from '../../../client/react/index.ts'

/** A user's name. Behind one that looks like somebody else's stands the id, or which letters it is made of. */
export function UserName({ userId }: { userId: string }) {
  const { people } = useChat()
  const { name } = usePerson(userId)
  useStore(people.alike)
  const hint = people.hintOf(userId)
  return (
    <>
      <bdi>{name}</bdi>
      {hint !== '' && <small className="hint-inline"> {hint}</small>}
    </>
  )
}
