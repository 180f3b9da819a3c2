import { useEffect, useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import { useReceipts } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { readersOf } from '../text/readers-of.ts'
import { Avatar } from './avatar.tsx'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { QuotedText } from './quoted-text.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { UserName } from './user-name.tsx'

interface SeenByProps {
  conversation: Conversation
  message: MessageEvent
  onClose: () => void
}

/** A dialog that lists who has read a message. Users with private receipts are left out. */
export function SeenByDialog({ conversation, message, onClose }: SeenByProps) {
  const { userId } = useChat()
  const known = useReceipts(conversation.talk)
  const [asked, setAsked] = useState<typeof known>({})
  const readers = [...new Set([known, asked].flatMap((read) => readersOf(read, message.seq, userId)))]
  const { run, error, isRunning } = useAct()
  useEffect(() => run(async () => setAsked(await conversation.doors.room.receipts())), [conversation, run])
  return (
    <Dialog title={words.seenBy} onClose={onClose}>
      <QuotedText message={message} />
      <FormError>{error}</FormError>
      {readers.length === 0 && error === undefined && !isRunning && <p className="hint">{words.seenByNobody}</p>}
      <ul className="members" aria-label={words.seenBy}>
        {readers.map((userId) => (
          <li key={userId}>
            <Avatar id={userId} size="small" />
            <span className="grow ellipsis">
              <UserName userId={userId} />
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
