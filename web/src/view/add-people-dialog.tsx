import { useState } from 'react'
import type { Room } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { namesIn } from '../text/names-in.ts'
import { FormDialog } from './form-dialog.tsx'
import { NameField } from './name-field.tsx'
import { Select } from './select.tsx'
import { UserName } from './user-name.tsx'

type Added = Awaited<ReturnType<Room['add']>>

const MAX_CHARS = 4_096

const roles = ['member', 'guest'] as const

/** Adds users to a room. Says who could not be added, and why. */
export function AddPeopleDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { doors, members } = conversation
  const [names, setNames] = useState('')
  const [role, setRole] = useState<'member' | 'guest'>('member')
  const [result, setResult] = useState<Added>()
  const add = async () => {
    setResult(undefined)
    const { added, already, refused } = await doors.room.add(namesIn(names), { role })
    for (const userId of added) {
      members.is(userId, true)
      members.stands(userId, { role })
    }
    if (already.length + refused.length === 0) return undefined
    setNames(refused.map(({ userId }) => userId).join(', '))
    setResult({ added, already, refused })
    return 'stay'
  }
  const title = words.addPeopleTo(isolated(conversation.title.get()))
  return (
    <FormDialog title={title} action={words.add} onClose={onClose} onSubmit={add}>
      <NameField label={words.names} hint={words.namesHint} value={names} onChange={setNames} maxLength={MAX_CHARS} />
      <Select
        label={words.as}
        value={role}
        options={roles.map((value) => ({ value, label: words.addedAs[value] }))}
        onChange={setRole}
      />
      <div role="status">{result && <Result {...result} />}</div>
    </FormDialog>
  )
}

const Result = ({ added, already, refused }: Added) => (
  <ul className="results">
    {added.map((userId) => (
      <li key={userId}>{words.isAdded(<UserName userId={userId} />)}</li>
    ))}
    {already.map((userId) => (
      <li key={userId}>{words.isAlready(<UserName userId={userId} />)}</li>
    ))}
    {refused.map(({ userId, code }) => (
      <li key={userId} className="refused">
        {words.isNotAdded[code](<UserName userId={userId} />)}
      </li>
    ))}
  </ul>
)
