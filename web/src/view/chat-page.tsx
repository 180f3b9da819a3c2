import { type MouseEvent, useCallback, useEffect, useState } from 'react'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { Store, useConnection, useStore } from '../../../client/react/index.ts'
import type { ThemeChoice } from '../state/theme.ts'
import { Banner } from './banner.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import { DetailsPane } from './details-pane.tsx'
import { Connecting, NotAMember, Welcome } from './empty-pane.tsx'
import { LaterDialog, usePreparedDialogs } from './later-dialog.tsx'
import { NewVersion } from './new-version.tsx'
import { RemovedNotices } from './removed-notices.tsx'
import { Sidebar } from './sidebar.tsx'
import { ThreadPane } from './thread-pane.tsx'
import { useChat } from './use-chat.ts'
import { useCurrent } from './use-current.ts'
import { type DialogRequest, DialogsContext } from './use-dialogs.ts'
import { useLastPlace } from './use-last-place.ts'
import { useLeaveWarning } from './use-leave-warning.ts'
import { useNotices } from './use-notices.ts'
import { usePushes } from './use-pushes.ts'
import { replaceBy } from './use-route.ts'
import { useShortcuts } from './use-shortcuts.ts'
import { useShown } from './use-shown.ts'
import { useTitle } from './use-title.ts'
import { useWorker } from './use-worker.ts'

interface ChatPageProps {
  theme: ThemeChoice
  onSignOut: (() => void) | undefined
}

const NO_THREAD = new Store<string | undefined>(undefined)

/** The chat: a list of conversations, the open one, and its details. */
export function ChatPage({ theme, onSignOut }: ChatPageProps) {
  const chat = useChat()
  const { hasBeenConnected } = useConnection()
  const conversations = useStore(chat.conversations)
  const { route, current } = useCurrent(hasBeenConnected)
  const [dialog, setDialog] = useState<DialogRequest>()
  const invited =
    hasBeenConnected && route.kind === 'join' ? ({ name: 'invited', invite: route.invite } as const) : undefined
  const request = dialog ?? invited
  const [hasDetails, setHasDetails] = useDetails(current)
  const closeDialog = useCallback(() => setDialog(undefined), [])
  const thread = useStore(current?.openThread ?? NO_THREAD)
  const isShown = useShown(hasBeenConnected, current)
  usePreparedDialogs(isShown)
  useNotices()
  useTitle(current)
  useLastPlace(hasBeenConnected)
  useLeaveWarning(chat)
  useShortcuts(current, setDialog)
  useWorker(isShown)
  usePushes(isShown)

  const hasRooms = conversations.length > 0
  // A small screen shows either the list or the welcome. Without rooms the welcome is more useful than an empty list.
  const view =
    route.kind === 'room' || route.kind === 'direct' ? 'talk' : hasRooms || !hasBeenConnected ? 'list' : 'welcome'

  return (
    <DialogsContext value={setDialog}>
      <div className="app" data-view={view}>
        <a className="skip" href="#conversation" onClick={skip}>
          {words.skip}
        </a>
        <Banner />
        <NewVersion />
        <RemovedNotices />
        <div className="panes">
          <Sidebar
            current={current}
            isLoading={!hasBeenConnected}
            theme={theme}
            onSignOut={onSignOut && (() => (chat.hasUnsent ? setDialog({ name: 'sign-out' }) : onSignOut()))}
          />
          {current ? (
            <ConversationPane
              key={current.key}
              conversation={current}
              hasDetails={hasDetails}
              onDetails={() => setHasDetails(!hasDetails)}
            />
          ) : !hasBeenConnected ? (
            <Connecting />
          ) : route.kind === 'room' ? (
            <NotAMember key={route.id} id={route.id} />
          ) : (
            <Welcome hasRooms={hasRooms} />
          )}
          {current && thread !== undefined && (
            <ThreadPane key={`thread ${thread}`} conversation={current} threadId={thread} />
          )}
          {current && hasDetails && thread === undefined && (
            <DetailsPane
              key={`details of ${current.key}`}
              conversation={current}
              onClose={() => setHasDetails(false)}
            />
          )}
        </div>
        <LaterDialog
          {...(request && { request })}
          current={current}
          onClose={dialog ? closeDialog : leaveInvite}
          onSignOut={onSignOut}
        />
      </div>
    </DialogsContext>
  )
}

const leaveInvite = () => replaceBy({ kind: 'home' })

/** Moves the focus only: following the link would replace the conversation in the address. */
function skip(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('conversation')?.focus()
}

const WIDE = '(min-width: 1180px)'

const isWide = (): boolean => window.matchMedia(WIDE).matches

/** Whether the details are shown. On small screens they take much of its room, so opening another one hides them. */
function useDetails(current: Conversation | undefined): [boolean, (isShown: boolean) => void] {
  const [isShown, setIsShown] = useState(isWide)
  const key = current?.key
  useEffect(() => {
    if (!isWide()) setIsShown(false)
  }, [key])
  return [isShown, setIsShown]
}
