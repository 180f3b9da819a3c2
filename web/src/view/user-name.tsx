import { useChat } from './use-chat.ts'
import { usePerson } from './use-person.ts'
import { useStore } from '../../../client/react/index.ts'

/** A user's name. If it looks like another user's name, it is followed by the id or by its unusual letters. */
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
