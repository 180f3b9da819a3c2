import { useRef, useState } from 'react'
import { locale, numberText } from '../language/locale.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { plainMoment } from '../text/date-text.ts'
import { Face } from './face.tsx'
import { FormError } from './form-error.tsx'
import { ChatIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { personItems } from './person-items.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useKeptFocus } from './use-kept-focus.ts'
import { useName, useNames } from './use-names.ts'
import { type Talk, useMembers, usePresence, useStore } from '../../../client/react/index.ts'
import { UserName } from './user-name.tsx'

/** How many members are shown at once. Their profiles are requested, and in smaller rooms who of them is online. */
const PAGE = 100

const NOBODY: readonly string[] = []

/** The members of a room with their roles, and this user's actions upon each. */
export function MemberList({ conversation }: { conversation: Conversation }) {
  const { userIds, isReady, isLoading, error: problem } = useMembers(conversation.talk)
  const here = usePresence(conversation.talk, false)
  const { run, error } = useAct()
  const place = useRef<HTMLElement>(null)
  const count = userIds.length
  const [most, setMost] = useState(PAGE)
  const shown = useByName(conversation, userIds).slice(0, most)
  useKeptFocus(count, () => place.current)
  return (
    <section aria-label={words.members} ref={place} tabIndex={-1}>
      <h3 className="list-title">
        {words.members}
        {isReady && <span className="soft"> {numberText(count)}</span>}
      </h3>
      <FormError>{error}</FormError>
      {isLoading && (
        <div className="skeleton-links" aria-hidden="true">
          <i />
          <i />
        </div>
      )}
      {problem !== undefined && (
        <p className="hint" role="alert">
          {words.membersNotLoaded}
        </p>
      )}
      <ul className="members" aria-label={words.members}>
        {shown.map((userId) => (
          <MemberRow
            key={userId}
            userId={userId}
            conversation={conversation}
            talk={count > PAGE ? undefined : conversation.talk}
            isHere={here.some((person) => person.userId === userId)}
            run={run}
          />
        ))}
      </ul>
      {count > most && (
        <button type="button" className="button more-members" onClick={() => setMost(most + PAGE)}>
          {words.moreMembers}
        </button>
      )}
    </section>
  )
}

/** Returns the members sorted by rank and name. In a large room they stay sorted by id. */
function useByName({ members }: Conversation, userIds: readonly string[]): readonly string[] {
  const isSmall = userIds.length <= PAGE
  const nameOf = useNames(isSmall ? userIds : NOBODY)
  if (!isSmall) return userIds
  const names = new Map(userIds.map((userId) => [userId, nameOf(userId)]))
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  return [...userIds].sort((a, b) => members.byRank(a, b) || compare(names.get(a)!, names.get(b)!))
}

interface RowProps {
  userId: string
  conversation: Conversation
  /** Undefined in a room that is too large to ask who is online. */
  talk: Talk | undefined
  isHere: boolean
  run: (act: () => Promise<unknown>) => void
}

function MemberRow({ userId, conversation, talk, isHere, run }: RowProps) {
  const chat = useChat()
  const open = useDialogs()
  const { standings } = useStore(conversation.members)
  const { role = 'member', mutedUntil = 0 } = standings.get(userId) ?? {}
  const name = useName(userId)
  const badge = role === 'member' ? '' : words.roles[role]
  const { serverNow } = chat.client
  return (
    <li>
      <Face userId={userId} talk={talk} isHere={isHere} />
      <span className="grow member-about">
        <span className="ellipsis" title={name}>
          <UserName userId={userId} />
          {userId === chat.userId && <span className="soft">{words.isYou}</span>}
        </span>
        {(badge !== '' || mutedUntil > serverNow) && (
          <span className="soft ellipsis">
            {[badge, mutedUntil > serverNow ? words.mutedUntil(plainMoment(mutedUntil, serverNow)) : '']
              .filter((text) => text !== '')
              .join(words.comma)}
          </span>
        )}
      </span>
      {userId !== chat.userId && conversation.kind === 'room' && (
        <>
          <a
            className="icon-button"
            href={hashOf({ kind: 'direct', userId })}
            aria-label={words.messageTo(name)}
            title={words.messageTo(name)}
          >
            <ChatIcon />
          </a>
          <Menu label={words.moreAbout(name)} items={() => personItems({ chat, conversation, userId, open, run })} />
        </>
      )}
    </li>
  )
}
