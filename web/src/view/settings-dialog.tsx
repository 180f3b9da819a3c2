import { useEffect, useState } from 'react'
import { protocolLimits } from '../../../client/index.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { Avatar } from './avatar.tsx'
import { BrowserSettings } from './browser-settings.tsx'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { NameField } from './name-field.tsx'
import { ProfileForm } from './profile-form.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'
import { UserName } from './user-name.tsx'

/** What a user decides for themselves: what they are called, what this browser does, and whom they have blocked. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { blocked, people, mayChangeProfile } = useChat()
  const userIds = useStore(blocked)
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string>()
  const { run, isRunning, error } = useAct()
  useEffect(() => {
    blocked.load().catch((error: unknown) => setProblem(errorSentence(error)))
  }, [blocked])
  const block = async () => {
    await blocked.block(name.trim())
    setName('')
  }
  return (
    <Dialog title="Settings" onClose={onClose}>
      {mayChangeProfile && <ProfileForm />}
      <BrowserSettings />
      <section aria-label="Blocked people">
        <h3 className="list-title">Blocked people</h3>
        <p className="hint">
          They cannot write to you or add you to rooms, and you cannot write to them. They are not told. In rooms, you
          go on seeing each other.
        </p>
        <FormError>{problem}</FormError>
        <ul className="page-list" aria-label="Blocked people">
          {[...(userIds ?? [])].map((userId) => (
            <li key={userId}>
              <div className="entry">
                <Avatar id={userId} size="small" />
                <span className="grow ellipsis">
                  <UserName userId={userId} />
                </span>
                <button
                  type="button"
                  className="button"
                  aria-label={`Unblock ${people.textOf(userId)}`}
                  onClick={() => run(() => blocked.unblock(userId))}
                >
                  Unblock
                </button>
              </div>
            </li>
          ))}
        </ul>
        {userIds?.size === 0 && <p className="hint">You have blocked nobody.</p>}
      </section>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          run(block)
        }}
      >
        <NameField
          label="Block somebody"
          hint="The name they sign in with."
          value={name}
          onChange={setName}
          maxLength={protocolLimits.userIdChars}
        />
        <FormError>{error}</FormError>
        <div className="form-actions">
          <button className="button" disabled={isRunning}>
            Block
          </button>
        </div>
      </form>
    </Dialog>
  )
}
