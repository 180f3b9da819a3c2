import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { ConversationIcon } from './conversation-icon.tsx'
import { ConversationTitle } from './conversation-title.tsx'
import { Dialog } from './dialog.tsx'
import { isComposing } from './is-composing.ts'
import { UnreadBadge } from './unread-badge.tsx'
import { useChat } from './use-chat.ts'
import { goTo } from './use-route.ts'
import { useStore } from '../../../client/react/index.ts'

const MAX_SHOWN = 50

/** The dialog of Ctrl+K: type a part of a name, choose with the arrow keys. */
export function Switcher({ onClose }: { onClose: () => void }) {
  const conversations = useStore(useChat().conversations)
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const listId = useId()
  const list = useRef<HTMLUListElement>(null)
  const found = conversations
    .filter(({ title, peer = '' }) => `${title.get()}\n${peer}`.toLowerCase().includes(text.trim().toLowerCase()))
    .slice(0, MAX_SHOWN)
  const choose = (conversation: Conversation | undefined) => {
    if (!conversation) return
    goTo(conversation.route)
    onClose()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && found.length > 0) setActive((active + step + found.length) % found.length)
    else if (event.key === 'Enter') choose(found[active])
    else return
    event.preventDefault()
  }
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <Dialog title={words.goTo} onClose={onClose} className="switcher">
      <input
        className="switcher-input"
        role="combobox"
        aria-label={words.roomOrPerson}
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={found.length > 0 ? `${listId}-${active}` : undefined}
        placeholder={words.roomOrPerson}
        autoComplete="off"
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
        }}
      />
      <ul className="switcher-list" id={listId} ref={list} role="listbox" aria-label={words.conversations}>
        {found.map((conversation, index) => (
          <li
            key={conversation.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseMove={() => setActive(index)}
            onClick={() => choose(conversation)}
          >
            <ConversationIcon conversation={conversation} />
            <span className="grow ellipsis">
              <ConversationTitle conversation={conversation} />
            </span>
            <UnreadBadge conversation={conversation} />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint">{words.nothingCalledThat}</p>}
    </Dialog>
  )
}
