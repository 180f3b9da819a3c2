import { useEffect, useLayoutEffect, useState } from 'react'
import { ChatClient, type ChatError, type UnsentMessage } from '../../../client/index.ts'
import { lookOf } from '../../../client/look.ts'
import type { LanguageChoice } from '../language/language-choice.ts'
import { words } from '../language/words.ts'
import { Chat } from '../state/chat.ts'
import { Drafts } from '../state/drafts.ts'
import { type Identity, withoutName } from '../state/identity.ts'
import type { KeptStrings } from '../state/kept.ts'
import type { Preferences } from '../state/preferences.ts'
import type { PageConfig } from '../state/page-config.ts'
import type { ThemeChoice } from '../state/theme.ts'
import { Unsent } from '../state/unsent.ts'
import { tokenSource } from '../state/token-source.ts'
import { LastPlace } from '../state/last-place.ts'
import { UsualEmoji } from '../state/usual-emoji.ts'
import { RoomNumbers } from '../state/room-numbers.ts'
import { routeFrom } from '../state/route.ts'
import { ChatPage } from './chat-page.tsx'
import { NewVersion } from './new-version.tsx'
import { SignInPage } from './sign-in.tsx'
import { ChatContext } from './use-chat.ts'
import { LanguageContext } from './use-language.ts'
import { ChatProvider, useConnection, useStore } from '../../../client/react/index.ts'

interface AppProps {
  config: PageConfig
  theme: ThemeChoice
  language: LanguageChoice
  preferences: Preferences
  identity: Identity
  /** Storage that survives a restart of the browser. */
  kept: KeptStrings
  /** Storage of this tab. */
  keptForTab: KeptStrings
}

/** The page: the chat, or the sign-in form for a user who isn't signed in. */
export function App({ config, theme, language, preferences, identity, kept, keptForTab }: AppProps) {
  const { signIn } = config
  // When the language changes, the whole page is rendered again.
  useStore(language)
  const [credential, setCredential] = useState(() =>
    // A link may carry a name, but must not carry a token.
    signIn.kind === 'tokenUrl' ? '' : identity.initial(signIn.kind === 'local' ? window.location.search : ''),
  )
  const [problem, setProblem] = useState<string>()
  const chat = useSignedInChat({ config, credential, preferences, kept, keptForTab })

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
  const signOut = () => {
    chat?.forget()
    exit()
  }
  if (credential === undefined) {
    return (
      <div className="app">
        <NewVersion />
        <SignInPage signIn={signIn} problem={problem} onSignIn={enter} />
      </div>
    )
  }
  if (!chat) return null
  return (
    <LanguageContext value={language}>
      <ChatProvider client={chat.client}>
        <ChatContext value={chat}>
          <Failing onFailed={exit} />
          <ChatPage theme={theme} onSignOut={signIn.kind === 'tokenUrl' ? undefined : signOut} />
        </ChatContext>
      </ChatProvider>
    </LanguageContext>
  )
}

interface SignedIn extends Pick<AppProps, 'config' | 'preferences' | 'kept' | 'keptForTab'> {
  credential: string | undefined
}

/** Returns the chat of the user who is signed in, or undefined if nobody is. */
function useSignedInChat({ config, credential, preferences, kept, keptForTab }: SignedIn): Chat | undefined {
  const [chat, setChat] = useState<Chat>()
  // Not only after the browser has painted: everything else waits for the token.
  useLayoutEffect(() => {
    if (credential === undefined) return
    let onConnected = () => {}
    const getToken = tokenSource(config.signIn, credential, window.fetch.bind(window))
    const unsent = () => new Unsent(keptForTab, client.userId ?? '')
    const connected = new Promise<void>((resolve) => {
      onConnected = resolve
    })
    // The user's id is only known once the server has checked the token.
    const outbox = {
      load: () => connected.then(() => unsent().load()),
      save: (messages: UnsentMessage[]) => unsent().save(messages),
    }
    const client: ChatClient = new ChatClient({
      ...{ url: config.url, getToken, outbox },
      receipts: () => preferences.get().receipts,
      lookOf,
    })
    const memory = (userId: string) => ({
      recent: new RoomNumbers(kept, 'recent', userId),
      drafts: new Drafts(keptForTab, userId),
      place: new LastPlace(kept, userId),
      emoji: new UsualEmoji(kept, userId),
      unsent: new Unsent(keptForTab, userId),
    })
    const chat = new Chat(client, memory, reportError, { ...config, preferences, getToken })
    client.on('status', ({ status }) => {
      if (status !== 'connected') return
      onConnected()
      // On a slow phone it takes a while until the list is there that shows the messages, or the failure.
      const open = chat.find(routeFrom(window.location.hash))
      open?.timeline.load().catch(() => {})
    })
    // The page is rendered meanwhile. `ChatProvider` takes the connection over, and the banner shows a failure.
    client.connect().catch(() => {})
    setChat(chat)
    return () => {
      client.disconnect()
      setChat(undefined)
    }
  }, [config, credential, preferences, kept, keptForTab])
  return chat
}

/** Signs the user out when the client has failed because they may not connect. */
function Failing({ onFailed }: { onFailed: (reason: string) => void }) {
  const { status, error } = useConnection()
  useEffect(() => {
    if (status !== 'failed') return
    const { code, message = words.signedOut } = (error ?? {}) as Partial<ChatError>
    onFailed(code === 'banned' ? words.bannedFromChat : message)
  }, [status, error, onFailed])
  return null
}
