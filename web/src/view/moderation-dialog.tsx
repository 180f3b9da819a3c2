import { useState } from 'react'
import type { AuditEntry, Ban } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { Pages } from '../state/pages.ts'
import { auditPhrase } from '../text/audit-phrase.ts'
import { momentOf, plainMoment } from '../text/date-text.ts'
import { isolated } from '../text/isolated.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { PageList } from './page-list.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { UserName } from './user-name.tsx'

/** A dialog for moderators with the bans and the audit log of a room. */
export function ModerationDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  return (
    <Dialog title={words.moderationOf(isolated(conversation.title.get()))} onClose={onClose} className="wide">
      <Bans conversation={conversation} />
      <Log conversation={conversation} />
    </Dialog>
  )
}

function Bans({ conversation: { doors } }: { conversation: Conversation }) {
  const { people } = useChat()
  const { run, error } = useAct()
  const [pages] = useState(() => new Pages(async () => ({ items: await doors.room.bans(), next: undefined })))
  const end = async (userId: string) => {
    await doors.room.unban(userId)
    pages.drop((ban) => ban.userId === userId)
  }
  return (
    <section aria-label={words.bans}>
      <h3 className="list-title">{words.banned}</h3>
      <FormError>{error}</FormError>
      <PageList
        label={words.bans}
        pages={pages}
        empty={words.nobodyBanned}
        more={words.showMore}
        keyOf={({ userId }) => userId}
      >
        {(ban: Ban) => (
          <div className="entry">
            <p className="grow">
              <UserName userId={ban.userId} />{' '}
              <span className="hint">
                {words.bannedBy(
                  <UserName userId={ban.by} />,
                  ban.until === undefined ? undefined : plainMoment(ban.until, Date.now()),
                )}
              </span>
              <Reason text={ban.reason} />
            </p>
            <button
              type="button"
              className="button"
              aria-label={words.endBanOf(people.textOf(ban.userId))}
              onClick={() => run(() => end(ban.userId))}
            >
              {words.endBan}
            </button>
          </div>
        )}
      </PageList>
    </section>
  )
}

function Log({ conversation: { doors } }: { conversation: Conversation }) {
  const [pages] = useState(
    () =>
      new Pages(async (before) => {
        const { entries, hasMore } = await doors.room.audit(before === undefined ? {} : { before: Number(before) })
        return { items: entries, next: hasMore ? String(entries.at(-1)?.at) : undefined }
      }),
  )
  return (
    <section aria-label={words.log}>
      <h3 className="list-title">{words.log}</h3>
      <PageList
        label={words.log}
        pages={pages}
        empty={words.nothingDone}
        more={words.earlierEntries}
        keyOf={({ at, by, action, userId, messageId }) => `${at} ${by} ${action} ${userId} ${messageId}`}
      >
        {(entry) => <LogEntry entry={entry} />}
      </PageList>
    </section>
  )
}

function LogEntry({ entry: { at, by, action, userId, until, reason } }: { entry: AuditEntry }) {
  return (
    <p className="log-entry">
      <time className="hint" dateTime={new Date(at).toISOString()} title={momentOf(at)}>
        {plainMoment(at, Date.now())}
      </time>{' '}
      {auditPhrase(action, <UserName userId={by} />, userId === undefined ? '' : <UserName userId={userId} />)}
      {until !== undefined && words.untilSuffix(plainMoment(until, at))}
      {reason !== undefined && ': '}
      <Reason text={reason} />
    </p>
  )
}

const Reason = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : (
    <q>
      <bdi>{text}</bdi>
    </q>
  )
