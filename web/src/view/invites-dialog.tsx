import { useState } from 'react'
import type { Conversation } from '../state/conversation.ts'
import type { RoomInvite } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { Pages } from '../state/pages.ts'
import { plainMoment } from '../text/date-text.ts'
import { isolated } from '../text/isolated.ts'
import { inviteSpans, spanText } from '../text/spans-of-time.ts'
import { CopyLink } from './copy-link.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { FormError } from './form-error.tsx'
import { PageList } from './page-list.tsx'
import { Select } from './select.tsx'
import { useAct } from './use-act.ts'
import { UserName } from './user-name.tsx'

const WEEK_SECONDS = 604_800
const MAX_USES = 1_000

const roles = ['member', 'guest'] as const

/** A dialog to create, list and revoke invites to a room. */
export function InvitesDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { doors } = conversation
  const [pages] = useState(
    () =>
      new Pages(async () => {
        const invites = await doors.room.invites()
        return { items: invites.sort((a, b) => b.createdAt - a.createdAt), next: undefined }
      }),
  )
  const [role, setRole] = useState<'member' | 'guest'>('member')
  const [expiresInSeconds, setExpiry] = useState<number>(WEEK_SECONDS)
  const [uses, setUses] = useState('')
  const { run, isRunning, error } = useAct()
  const make = async () => {
    await doors.room.createInvite({ role, expiresInSeconds, ...(uses === '' ? {} : { maxUses: Number(uses) }) })
    await pages.load()
  }
  const revoke = async ({ invite }: RoomInvite) => {
    await doors.room.revokeInvite(invite)
    pages.drop((other) => other.invite === invite)
  }
  return (
    <Dialog title={words.invitesTo(isolated(conversation.title.get()))} onClose={onClose} className="wide">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          run(make)
        }}
      >
        <div className="field-row">
          <Select
            label={words.goodFor}
            value={expiresInSeconds}
            options={inviteSpans.map((seconds) => ({ value: seconds, label: spanText(seconds) }))}
            onChange={setExpiry}
          />
          <Field
            label={words.uses}
            placeholder={words.anyNumber}
            type="number"
            min={1}
            max={MAX_USES}
            value={uses}
            onChange={setUses}
          />
          <Select
            label={words.theyBecome}
            value={role}
            options={roles.map((value) => ({ value, label: words.invitedAs[value] }))}
            onChange={setRole}
          />
        </div>
        <FormError>{error}</FormError>
        <div className="form-actions">
          <button className="button primary" disabled={isRunning}>
            {words.makeInvite}
          </button>
        </div>
      </form>
      <h3 className="list-title">{words.goodLinks}</h3>
      <PageList
        label={words.invites}
        pages={pages}
        empty={words.none}
        more={words.showMore}
        keyOf={({ invite }) => invite}
      >
        {(invite) => <InviteRow invite={invite} onRevoke={() => run(() => revoke(invite))} />}
      </PageList>
    </Dialog>
  )
}

function InviteRow({ invite, onRevoke }: { invite: RoomInvite; onRevoke: () => void }) {
  const { by, expiresAt, uses, maxUses, role } = invite
  return (
    <div className="invite">
      <CopyLink route={{ kind: 'join', invite: invite.invite }} text={invite.invite} />
      <p className="hint grow">
        {words.inviteBy(<UserName userId={by} />, plainMoment(expiresAt, Date.now()), role === 'guest', uses, maxUses)}
      </p>
      <button type="button" className="link-button" aria-label={words.revokeInvite(invite.invite)} onClick={onRevoke}>
        {words.revoke}
      </button>
    </div>
  )
}
