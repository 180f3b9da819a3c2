import { useEffect, useRef, useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import { plainMoment } from '../text/date-text.ts'
import { roleBadges } from '../text/role-words.ts'
import { Avatar } from './avatar.tsx'
import { FormError } from './form-error.tsx'
import { ChatIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { personItems } from './person-items.ts'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useName, useNames } from './use-names.ts'
import { useStore } from './use-store.ts'
import { UserName } from './user-name.tsx'

/** Who is shown at once: their names are asked for. */
const PAGE = 100

const NOBODY: readonly string[] = []

const { compare } = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** The members of a room with their roles, and what this user may do about each. */
export function MemberList({ conversation }: { conversation: Conversation }) {
  const { members } = conversation
  const { phase, userIds } = useStore(members)
  const { run, error } = useAct()
  const heading = useRef<HTMLHeadingElement>(null)
  const count = userIds.length
  const [most, setMost] = useState(PAGE)
  const shown = useByName(conversation, userIds).slice(0, most)
  useEffect(() => {
    members.load().catch(() => {})
    // Without the roles, the list shows the names.
    members.loadStandings().catch(() => {})
  }, [members])
  useEffect(() => {
    // The button that had the focus went with the member who was removed.
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
  }, [count])
  return (
    <section aria-label="Members">
      <h3 className="list-title" ref={heading} tabIndex={-1}>
        Members{phase === 'ready' && <span className="soft"> {count.toLocaleString()}</span>}
      </h3>
      <FormError>{error}</FormError>
      {phase === 'loading' && (
        <div className="skeleton-links" aria-hidden="true">
          <i />
          <i />
        </div>
      )}
      {phase === 'failed' && (
        <p className="hint" role="alert">
          The members could not be loaded.
        </p>
      )}
      <ul className="members" aria-label="Members">
        {shown.map((userId) => (
          <MemberRow key={userId} userId={userId} conversation={conversation} run={run} />
        ))}
      </ul>
      {count > most && (
        <button type="button" className="button more-members" onClick={() => setMost(most + PAGE)}>
          Show more members
        </button>
      )}
    </section>
  )
}

/** The members in the order of their names, those of the same rank. In a large room, the order of the ids stays. */
function useByName({ members }: Conversation, userIds: readonly string[]): readonly string[] {
  const isSmall = userIds.length <= PAGE
  const nameOf = useNames(isSmall ? userIds : NOBODY)
  if (!isSmall) return userIds
  const names = new Map(userIds.map((userId) => [userId, nameOf(userId)]))
  return [...userIds].sort((a, b) => members.byRank(a, b) || compare(names.get(a)!, names.get(b)!))
}

interface RowProps {
  userId: string
  conversation: Conversation
  run: (act: () => Promise<unknown>) => void
}

function MemberRow({ userId, conversation, run }: RowProps) {
  const chat = useChat()
  const open = useDialogs()
  const { standings } = useStore(conversation.members)
  const { role = 'member', mutedUntil = 0 } = standings.get(userId) ?? {}
  const name = useName(userId)
  const { serverNow } = chat.client
  return (
    <li>
      <Avatar id={userId} size="small" />
      <span className="grow member-about">
        <span className="ellipsis" title={name}>
          <UserName userId={userId} />
          {userId === chat.userId && <span className="soft"> (you)</span>}
        </span>
        {(roleBadges[role] !== '' || mutedUntil > serverNow) && (
          <span className="soft ellipsis">
            {[roleBadges[role], mutedUntil > serverNow ? `muted until ${plainMoment(mutedUntil, serverNow)}` : '']
              .filter((text) => text !== '')
              .join(', ')}
          </span>
        )}
      </span>
      {userId !== chat.userId && conversation.kind === 'room' && (
        <>
          <a
            className="icon-button"
            href={hashOf({ kind: 'direct', userId })}
            aria-label={`Message ${name}`}
            title={`Message ${name}`}
          >
            <ChatIcon />
          </a>
          <Menu label={`More about ${name}`} items={() => personItems({ chat, conversation, userId, open, run })} />
        </>
      )}
    </li>
  )
}
