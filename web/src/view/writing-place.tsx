import type { ReactNode } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { isolated } from '../text/isolated.ts'
import { Composer } from './composer.tsx'
import { FormError } from './form-error.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { usePermissions, useRoom, useStore } from '../../../client/react/index.ts'
import { useWriting } from './use-writing.ts'

/** The composer, or the reason why this user may not write here. */
export function WritingPlace({ conversation }: { conversation: Conversation }) {
  const { blocked } = useChat()
  const { doors, peer = '' } = conversation
  const writing = useWriting(conversation)
  const isBlocked = useStore(blocked)?.has(peer) ?? false
  const { run, isRunning, error } = useAct()
  const button = (text: string, act: () => Promise<unknown>) => (
    <button type="button" className="button" disabled={isRunning} onClick={() => run(act)}>
      {text}
    </button>
  )
  const { closed } = useRoom(conversation.talk)
  const can = usePermissions(conversation.talk)
  let place: ReactNode
  if (isBlocked) {
    place = (
      <Refused sentence={words.youHaveBlocked(isolated(conversation.title.get()))}>
        {button(words.unblock, () => blocked.unblock(peer))}
      </Refused>
    )
  } else if (writing.kind === 'refused') {
    place = (
      <Refused sentence={writing.sentence}>
        {closed && can('close') && button(words.reopenRoom, () => doors.room.close(false))}
      </Refused>
    )
  } else {
    place = <Composer conversation={conversation} waitUntil={writing.kind === 'slow' ? writing.until : 0} />
  }
  return (
    <>
      <FormError>{error}</FormError>
      {place}
    </>
  )
}

const Refused = ({ sentence, children }: { sentence: string; children: ReactNode }) => (
  <div className="no-writing">
    <p className="grow" role="status">
      {sentence}
    </p>
    {children}
  </div>
)
