import { words } from '../language/words.ts'
import { allowNotices, noticesAllowed } from './allow-notices.ts'
import { LanguageField } from './language-field.tsx'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useStore } from '../../../client/react/index.ts'

/** The settings of this browser. */
export function BrowserSettings() {
  const { preferences } = useChat()
  const open = useDialogs()
  const { notices, sound, receipts, density } = useStore(preferences)
  const allowed = noticesAllowed()
  const mayShow = allowed === 'granted' || allowed === 'default'
  const hindrance = allowed === 'denied' ? words.noticesDenied : words.noticesImpossible
  const setNotices = (isOn: boolean) => {
    if (isOn) allowNotices(preferences)
    else preferences.choose({ notices: 'off' })
  }
  return (
    <section aria-label={words.thisBrowser} className="switches">
      <h3 className="list-title">{words.thisBrowser}</h3>
      <LanguageField />
      <Switch
        label={words.showOnDesktop}
        hint={mayShow ? words.showOnDesktopHint : hindrance}
        isOn={notices === 'on' && allowed === 'granted'}
        isPossible={mayShow}
        onChange={setNotices}
      />
      <Switch
        label={words.playSound}
        hint={words.playSoundHint}
        isOn={sound === 'on'}
        onChange={(isOn) => preferences.choose({ sound: isOn ? 'on' : 'off' })}
      />
      <Switch
        label={words.tellRead}
        hint={words.tellReadHint}
        isOn={receipts === 'shared'}
        onChange={(isOn) => preferences.choose({ receipts: isOn ? 'shared' : 'private' })}
      />
      <Switch
        label={words.media.density}
        hint={words.media.densityHint}
        isOn={density === 'compact'}
        onChange={(isOn) => preferences.choose({ density: isOn ? 'compact' : 'comfortable' })}
      />
      <button type="button" className="link-button keys-link" onClick={() => open({ name: 'keys' })}>
        {words.keysLink}
      </button>
    </section>
  )
}

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
