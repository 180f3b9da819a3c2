import { ChatError } from '../../../client/index.ts'
import { type Connection, useConnection } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { CloudOffIcon } from './icons.tsx'
import { useChat } from './use-chat.ts'
import { useNetwork } from './use-network.ts'
import { useNow } from './use-now.ts'

/** Shows that there is no connection, and when the next attempt follows. Screen readers skip the countdown. */
export function Banner() {
  const { client } = useChat()
  const state = useConnection()
  const isOnline = useNetwork()
  // The status shows a failure.
  const tryNow = () => {
    client.connect().catch(() => {})
  }
  const isShown = !isOnline || (state.status !== 'connected' && (state.hasBeenConnected || state.error !== undefined))
  return (
    <div className="banner" role="status" aria-label={words.connection} data-shown={isShown}>
      {isShown && (
        <>
          <CloudOffIcon />
          {state.status !== 'connected' && (
            <span>{state.hasBeenConnected ? words.connectionLost : words.noConnectionYet}</span>
          )}
          {!isOnline && <span>{words.deviceOffline}</span>}
          {isWithoutToken(state.error) && <span>{errorSentence(state.error)}</span>}
          {state.status !== 'connected' && <Countdown state={state} />}
          {state.retryAt !== undefined && (
            <button type="button" className="link-button" onClick={tryNow}>
              {words.tryNow}
            </button>
          )}
        </>
      )}
    </div>
  )
}

/** The only reason for a lost connection that a user can do something about. */
const isWithoutToken = (error: unknown): boolean => error instanceof ChatError && error.code === 'no_token'

function Countdown({ state: { status, retryAt } }: { state: Connection }) {
  const now = useNow(retryAt === undefined ? 0 : 250)
  if (status === 'connecting' || retryAt === undefined) return <span>{words.connecting}</span>
  return <span aria-hidden="true">{words.tryingAgainIn(Math.max(1, Math.ceil((retryAt - now) / 1_000)))}</span>
}
