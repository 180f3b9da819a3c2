import { words } from '../language/words.ts'
import { useChat } from './use-chat.ts'
import { allowNotices } from './allow-notices.ts'
import { useStore } from '../../../client/react/index.ts'

/** Offers desktop notifications once, after the user has missed a message, so that the purpose is clear. */
export function NoticesOffer() {
  const { preferences, missed } = useChat()
  const { notices } = useStore(preferences)
  const hasMissed = useStore(missed)
  if (!hasMissed || notices !== 'ask') return null
  return (
    <section className="offer" aria-label={words.notifications}>
      <p>{words.missedOne}</p>
      <div className="offer-actions">
        <button type="button" className="button" onClick={() => preferences.choose({ notices: 'off' })}>
          {words.no}
        </button>
        <button type="button" className="button primary" onClick={() => allowNotices(preferences)}>
          {words.showThem}
        </button>
      </div>
    </section>
  )
}
