import { useState } from 'react'
import type { AuditEntry, Ban } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { Pages } from '../state/pages.ts'
import { auditWords } from '../text/audit-words.ts'
import { momentOf, plainMoment } from '../text/date-text.ts'
import { isolated } from '../text/isolated.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { PageList } from './page-list.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { UserName } from './user-name.tsx'

/** Who is banned from a room, and what was done in it, for its moderators. */
export function ModerationDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  return (
    <Dialog title={`Moderation of ${isolated(conversation.title.get())}`} onClose={onClose} className="wide">
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
    <section aria-label="Bans">
      <h3 className="list-title">Banned</h3>
      <FormError>{error}</FormError>
      <PageList label="Bans" pages={pages} empty="Nobody is banned." more="Show more" keyOf={({ userId }) => userId}>
        {(ban: Ban) => (
          <div className="entry">
            <p className="grow">
              <UserName userId={ban.userId} />{' '}
              <span className="hint">
                {ban.until === undefined ? 'for good' : `until ${plainMoment(ban.until, Date.now())}`}, by{' '}
                <UserName userId={ban.by} />
              </span>
              <Reason text={ban.reason} />
            </p>
            <button
              type="button"
              className="button"
              aria-label={`End ban of ${people.textOf(ban.userId)}`}
              onClick={() => run(() => end(ban.userId))}
            >
              End ban
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
    <section aria-label="Log">
      <h3 className="list-title">Log</h3>
      <PageList
        label="Log"
        pages={pages}
        empty="Nothing was done yet."
        more="Show earlier entries"
        keyOf={({ at, by, action, userId, messageId }) => `${at} ${by} ${action} ${userId} ${messageId}`}
      >
        {(entry) => <LogEntry entry={entry} />}
      </PageList>
    </section>
  )
}

function LogEntry({ entry: { at, by, action, userId, until, reason } }: { entry: AuditEntry }) {
  const words = auditWords(action)
  return (
    <p className="log-entry">
      <time className="hint" dateTime={new Date(at).toISOString()} title={momentOf(at)}>
        {plainMoment(at, Date.now())}
      </time>{' '}
      <UserName userId={by} /> {words}
      {userId !== undefined && (
        <>
          {' '}
          <UserName userId={userId} />
        </>
      )}
      {until !== undefined && ` until ${plainMoment(until, at)}`}
      <Reason text={reason} />
    </p>
  )
}

const Reason = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : (
    <>
      {': '}
      <q>
        <bdi>{text}</bdi>
      </q>
    </>
  )
