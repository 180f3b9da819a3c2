import { allowNotices, noticesAllowed } from './allow-notices.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useStore } from './use-store.ts'

/** What a user has chosen for this browser. */
export function BrowserSettings() {
  const { preferences } = useChat()
  const open = useDialogs()
  const { notices, receipts } = useStore(preferences)
  const allowed = noticesAllowed()
  const mayShow = allowed === 'granted' || allowed === 'default'
  const setNotices = (isOn: boolean) => {
    if (isOn) allowNotices(preferences)
    else preferences.choose({ notices: 'off' })
  }
  return (
    <section aria-label="This browser" className="switches">
      <h3 className="list-title">This browser</h3>
      <Switch
        label="Show messages on the desktop"
        hint={mayShow ? 'While this page is hidden, as the bell of each room says.' : hints[allowed]}
        isOn={notices === 'on' && allowed === 'granted'}
        isPossible={mayShow}
        onChange={setNotices}
      />
      <Switch
        label="Tell others what I have read"
        hint="In small rooms, those who wrote it see who has read it."
        isOn={receipts === 'shared'}
        onChange={(isOn) => preferences.choose({ receipts: isOn ? 'shared' : 'private' })}
      />
      <button type="button" className="link-button keys-link" onClick={() => open({ name: 'keys' })}>
        What the keyboard does
      </button>
    </section>
  )
}

const hints = {
  denied: 'You have forbidden it in this browser: allow it in the settings of this site.',
  impossible: 'This browser cannot.',
} as const

interface SwitchProps {
  label: string
  hint: string
  isOn: boolean
  isPossible?: boolean
  onChange: (isOn: boolean) => void
}

const Switch = ({ label, hint, isOn, isPossible = true, onChange }: SwitchProps) => (
  <label className="switch">
    <input type="checkbox" checked={isOn} disabled={!isPossible} onChange={({ target }) => onChange(target.checked)} />
    <span className="grow">
      {label}
      <span className="hint">{hint}</span>
    </span>
  </label>
)
