import { useEffect, useState } from 'react'
import { ChatClient } from '../../../client/index.ts'
import { Chat } from '../state/chat.ts'
import { Drafts } from '../state/drafts.ts'
import { type Identity, withoutName } from '../state/identity.ts'
import type { KeptStrings } from '../state/kept.ts'
import type { Settings } from '../state/settings.ts'
import type { ThemeChoice } from '../state/theme.ts'
import { tokenSource } from '../state/tokens.ts'
import { ReadMarks } from '../state/unread.ts'
import { ChatPage } from './chat-page.tsx'
import { SignInPage } from './sign-in.tsx'
import { ChatContext } from './use-chat.ts'
import { useStore } from './use-store.ts'

interface AppProps {
  settings: Settings
  theme: ThemeChoice
  identity: Identity
  /** Kept over restarts of the browser. */
  kept: KeptStrings
  /** Kept for this tab. */
  keptForTab: KeptStrings
}

interface Session {
  chat: Chat
}

/** The page: whoever has signed in chats, whoever hasn't is asked. */
export function App({ settings, theme, identity, kept, keptForTab }: AppProps) {
  const { signIn } = settings
  const [credential, setCredential] = useState(() =>
    // A link must not bring a token along, as it may bring a name.
    signIn.kind === 'tokenUrl' ? '' : identity.initial(signIn.kind === 'local' ? window.location.search : ''),
  )
  const [problem, setProblem] = useState<string>()
  const session = useSession(settings, credential, kept, keptForTab)

  const enter = (given: string) => {
    identity.keep(given)
    setProblem(undefined)
    setCredential(given)
  }
  const exit = (reason?: string) => {
    identity.forget()
    window.history.replaceState(null, '', withoutName(window.location.href))
    setProblem(reason)
    setCredential(undefined)
  }
  if (credential === undefined) return <SignInPage signIn={signIn} problem={problem} onSignIn={enter} />
  if (!session) return null
  return (
    <ChatContext value={session.chat}>
      <Failing chat={session.chat} onFailed={exit} />
      <ChatPage theme={theme} onSignOut={signIn.kind === 'tokenUrl' ? undefined : () => exit()} />
    </ChatContext>
  )
}

/** A chat for as long as somebody is signed in. */
function useSession(
  settings: Settings,
  credential: string | undefined,
  kept: KeptStrings,
  keptForTab: KeptStrings,
): Session | undefined {
  const [session, setSession] = useState<Session>()
  useEffect(() => {
    if (credential === undefined) return
    const getToken = tokenSource(settings.signIn, credential, window.fetch.bind(window))
    const client = new ChatClient({ url: settings.url, getToken })
    const memory = (userId: string) => ({
      marks: new ReadMarks(kept, userId),
      drafts: new Drafts(keptForTab, userId),
    })
    const chat = new Chat(client, memory, Date.now, reportError)
    // What becomes of it is told by the status.
    client.connect().catch(() => {})
    setSession({ chat })
    return () => {
      client.disconnect()
      setSession(undefined)
    }
  }, [settings, credential, kept, keptForTab])
  return session
}

/** The client has given up: this user may not connect. */
function Failing({ chat, onFailed }: { chat: Chat; onFailed: (reason: string) => void }) {
  const { status, error } = useStore(chat.connection)
  useEffect(() => {
    if (status === 'failed') onFailed((error as Error | undefined)?.message ?? 'You are signed out.')
  }, [status, error, onFailed])
  return null
}
