import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { type MessageEvent, showsNothing } from '../../../client/index.ts'
import { usePermissions } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { mentionedIn } from '../text/mentions.ts'
import { callsOf, withIds, withNames } from '../text/mention-names.ts'
import { roomForText } from '../text/room-for-text.ts'
import { isComposing } from './is-composing.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'

/** The form that edits a message in its place. Enter saves, Escape cancels. */
export function EditForm({ message, conversation }: { message: MessageEvent; conversation: Conversation }) {
  const { limits, people } = useChat()
  const [calls] = useState(() => {
    const userIds = [...new Set([...(message.mentions ?? []), ...conversation.members.get().userIds])]
    return callsOf(userIds, (userId) => people.peek(userId).name)
  })
  const wasForAll = message.mentionsRoom ?? false
  const mayNameRoom = (usePermissions(conversation.talk)('mentionRoom') && conversation.kind === 'room') || wasForAll
  const [text, setText] = useState(() => withNames(message.content, message.mentions, (userId) => calls.get(userId)!))
  const field = useRef<HTMLTextAreaElement>(null)
  const { run, isRunning, error } = useAct()
  const close = () => conversation.editing.set(undefined)
  const canSave =
    !isRunning && roomForText(withIds(text, calls), limits) >= 0 && (message.file !== undefined || !showsNothing(text))
  useEffect(() => {
    const { current } = field
    current?.focus()
    current?.setSelectionRange(current.value.length, current.value.length)
  }, [])
  const save = () => {
    if (!canSave) return
    const content = withIds(text.trim(), calls)
    if (content === message.content) return close()
    run(async () => {
      const { mentions, mentionRoom } = mentionedIn(content, [...calls.keys()], mayNameRoom)
      await conversation.doors.room.edit(message.messageId, {
        content,
        ...((mentions.length > 0 || message.mentions) && { mentions }),
        ...(mentionRoom !== wasForAll && { mentionRoom }),
      })
      close()
    })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && !event.shiftKey) save()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <form
      className="edit"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={words.editMessage}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKeyDown}
      />
      {error !== undefined && (
        <p className="failure" role="alert">
          {error}
        </p>
      )}
      <span className="edit-actions">
        <button type="button" className="button" onClick={close}>
          {words.cancel}
        </button>
        <button className="button primary" disabled={!canSave}>
          {words.save}
        </button>
      </span>
    </form>
  )
}
