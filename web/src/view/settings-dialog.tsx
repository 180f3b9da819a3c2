import { useEffect, useState } from 'react'
import { protocolLimits } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { Avatar } from './avatar.tsx'
import { BrowserSettings } from './browser-settings.tsx'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { NameField } from './name-field.tsx'
import { ProfileForm } from './profile-form.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { useStore } from '../../../client/react/index.ts'
import { UserName } from './user-name.tsx'

/** A dialog with the user's settings: their profile, this browser's settings, and the users they have blocked. */
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
    <Dialog title={words.settings} onClose={onClose}>
      {mayChangeProfile && <ProfileForm />}
      <BrowserSettings />
      <section aria-label={words.blockedPeople}>
        <h3 className="list-title">{words.blockedPeople}</h3>
        <p className="hint">{words.blockedHint}</p>
        <FormError>{problem}</FormError>
        <ul className="page-list" aria-label={words.blockedPeople}>
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
                  aria-label={words.unblockNamed(people.textOf(userId))}
                  onClick={() => run(() => blocked.unblock(userId))}
                >
                  {words.unblock}
                </button>
              </div>
            </li>
          ))}
        </ul>
        {userIds?.size === 0 && <p className="hint">{words.nobodyBlocked}</p>}
      </section>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          run(block)
        }}
      >
        <NameField
          label={words.blockSomebody}
          hint={words.signInName}
          value={name}
          onChange={setName}
          maxLength={protocolLimits.userIdChars}
        />
        <FormError>{error}</FormError>
        <div className="form-actions">
          <button className="button" disabled={isRunning}>
            {words.block}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
