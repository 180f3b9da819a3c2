import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { FormDialog } from './form-dialog.tsx'
import { useChat } from './use-chat.ts'
import { replaceBy } from './use-route.ts'
import { useRoom, useStore } from '../../../client/react/index.ts'

/** Asks for confirmation before a room is left, and says whether the user can come back. */
export function LeaveDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const chat = useChat()
  const { access = 'link', role } = useRoom(conversation.talk)
  const { standings } = useStore(conversation.members)
  const owners = [...standings.values()].filter((standing) => standing.role === 'owner')
  const leave = async () => {
    await chat.leave(conversation)
    replaceBy({ kind: 'home' })
  }
  return (
    <FormDialog
      title={words.askLeave(isolated(conversation.title.get()))}
      action={words.leaveRoom}
      onClose={onClose}
      onSubmit={leave}
      isDangerous
    >
      <p>{words.leaving(words.access[access].afterLeaving)}</p>
      {role === 'owner' && owners.length === 1 && <p>{words.onlyOwner}</p>}
    </FormDialog>
  )
}
