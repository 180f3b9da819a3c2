import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useState } from 'react'
import type { MessageExtras } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { mentionBeing, mentionsIn, ROOM_MENTION } from '../text/mentions.ts'
import { callsOf, withIds } from '../text/mention-names.ts'
import { Avatar } from './avatar.tsx'
import { useChat } from './use-chat.ts'
import { useNames } from './use-names.ts'
import { UserName } from './user-name.tsx'
import { useStore } from './use-store.ts'

/** Names that are offered at once. */
const OFFERED = 8

/** In a larger room, those are found by name whose names are known already. */
const ASKED = 200

const NOBODY: readonly string[] = []

interface Completion {
  /** The names that fit to what is being written; null when none is. */
  list: ReactNode
  /** Of the field. */
  aria: object
  /** Returns true when the key was the list's. */
  onKeyDown: (event: KeyboardEvent) => boolean
  /** The text as it is sent: ids stand for names. */
  withIds: (text: string) => string
  /** Who is named in a text with ids. */
  mentionedIn: (content: string) => Pick<MessageExtras, 'mentions' | 'mentionRoom'>
}

/** Offers the members' names while somebody writes one behind an @. */
export function useMentions(
  conversation: Conversation,
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  write: (text: string) => void,
): Completion {
  const id = useId()
  const { userIds } = useStore(conversation.members)
  const [index, setIndex] = useState(0)
  const [dismissed, setDismissed] = useState(-1)
  const being = mentionBeing(text, field.current?.selectionStart ?? text.length)
  const isWriting = being !== undefined && being.start !== dismissed
  const hasNames = text.includes('@')
  useEffect(() => {
    if (hasNames) conversation.members.load().catch(() => {})
  }, [conversation, hasNames])
  const { people } = useChat()
  useNames(hasNames && userIds.length <= ASKED ? userIds : NOBODY)
  const calls = callsOf(userIds, (userId) => people.peek(userId).name)
  const query = being?.query.toLowerCase() ?? ''
  const mayNameRoom = conversation.doors.can('mentionRoom') && conversation.kind === 'room'
  const names = [...(mayNameRoom ? [ROOM_MENTION] : []), ...userIds]
  const isMeant = (name: string) => isCalled(name, query) || isCalled(people.peek(name).name, query)
  const offered = isWriting ? names.filter(isMeant).slice(0, OFFERED) : []
  const chosen = Math.min(index, offered.length - 1)

  const complete = (userId: string) => {
    const name = calls.get(userId) ?? userId
    const { start, query } = being!
    const end = start + 1 + query.length
    const next = `${text.slice(0, start)}@${name} ${text.slice(end)}`
    write(next)
    setDismissed(start)
    setIndex(0)
    const caret = start + name.length + 2
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(caret, caret)
    })
  }
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (event.key === '@') setDismissed(-1)
    if (offered.length === 0) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setIndex((chosen + step + offered.length) % offered.length)
    else if (event.key === 'Enter' || event.key === 'Tab') complete(offered[chosen]!)
    else if (event.key === 'Escape') setDismissed(being!.start)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  const mentionedIn = (content: string) => {
    const found = mentionsIn(content, [...userIds, ...(mayNameRoom ? [ROOM_MENTION] : [])])
    const named = [...new Set(found.map(({ userId }) => userId))].filter((userId) => userIds.includes(userId))
    const isForAll = mayNameRoom && found.some(({ userId }) => userId === ROOM_MENTION)
    return { ...(named.length > 0 && { mentions: named.slice(0, 50) }), ...(isForAll && { mentionRoom: true }) }
  }
  const isOpen = offered.length > 0
  const list = isOpen && (
    <ul id={id} className="menu mention-list" role="listbox" aria-label={words.peopleToMention}>
      {offered.map((name, i) => (
        <li
          key={name}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === chosen}
          onPointerDown={(event) => {
            // The field keeps the focus.
            event.preventDefault()
            complete(name)
          }}
        >
          {name === ROOM_MENTION ? <b>@room</b> : <Avatar id={name} />}
          <span className="ellipsis">{name === ROOM_MENTION ? words.everybodyHere : <UserName userId={name} />}</span>
        </li>
      ))}
    </ul>
  )
  const aria = isOpen ? { 'aria-controls': id, 'aria-activedescendant': `${id}-${chosen}` } : {}
  return { list, aria, onKeyDown, withIds: (text) => withIds(text, calls), mentionedIn }
}

/** Whether a name, or a word of it, begins like that. */
const isCalled = (name: string, query: string): boolean =>
  name.toLowerCase().startsWith(query) ||
  (query !== '' &&
    !query.includes(' ') &&
    name
      .toLowerCase()
      .split(/[\s\p{P}]+/u)
      .some((word) => word.startsWith(query)))
