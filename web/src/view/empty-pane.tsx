import { type ReactNode, useCallback } from 'react'
import { words } from '../language/words.ts'
import { hashOf, type Route } from '../state/route.ts'
import { isolated } from '../text/isolated.ts'
import { isRoomId } from '../text/room-id.ts'
import { FormError } from './form-error.tsx'
import { ChatIcon } from './icons.tsx'
import { RemovalText } from './removed-notices.tsx'
import { useAction } from './use-action.ts'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { usePerson } from './use-person.ts'
import { goTo } from './use-route.ts'
import { type Timeline, useStore } from '../../../client/react/index.ts'

const LOBBY = { id: 'lobby', name: 'Lobby' }

const Pane = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className="conversation is-empty" id="conversation" tabIndex={-1}>
    <div className="empty">
      <span className="empty-icon" aria-hidden="true">
        <ChatIcon />
      </span>
      <h1 dir="auto">{title}</h1>
      {children}
    </div>
  </main>
)

/** Shown when no conversation is open. Shows a user without rooms how to get into one. */
export function Welcome({ hasRooms }: { hasRooms: boolean }) {
  const open = useDialogs()
  const chat = useChat()
  const { name } = usePerson(chat.userId)
  const openLobby = useCallback(async () => goTo((await chat.joinOrCreate(LOBBY.id, LOBBY.name)).route), [chat])
  const { run, isRunning, error } = useAction(openLobby)
  if (hasRooms) {
    return (
      <Pane title={words.whereTo}>
        <p>{words.choose}</p>
      </Pane>
    )
  }
  return (
    <Pane title={words.hello(isolated(name))}>
      <p>
        {words.inNoRoom}
        {chat.mayChooseIds && words.lobbyIsOpen}
      </p>
      <FormError>{error}</FormError>
      <div className="empty-actions">
        {/* If users may not choose ids, no user can have created this room. */}
        {chat.mayChooseIds && (
          <button type="button" className="button primary" disabled={isRunning} onClick={run}>
            {words.enterLobby}
          </button>
        )}
        {chat.mayMakeRooms && (
          <button type="button" className="button" onClick={() => open({ name: 'new-room' })}>
            {words.createARoom}
          </button>
        )}
        <button type="button" className="button" onClick={() => open({ name: 'browse' })}>
          {words.publicRooms}
        </button>
        <button type="button" className="button" onClick={() => open({ name: 'join' })}>
          {words.joinById}
        </button>
        <button type="button" className="button" onClick={() => open({ name: 'direct' })}>
          {words.messageSomebody}
        </button>
      </div>
    </Pane>
  )
}

/** Shown when the address names a room that this user isn't a member of. */
export function NotAMember({ id }: { id: string }) {
  const chat = useChat()
  const isLobby = id === LOBBY.id
  const enter = useCallback(
    () => (isLobby ? chat.joinOrCreate(LOBBY.id, LOBBY.name) : chat.join(id)),
    [chat, id, isLobby],
  )
  const { run, isRunning, error } = useAction(enter)
  const former = chat.former(id)
  const removed = useStore(chat.removed).find(({ chatRoomId }) => chatRoomId === id)
  if (removed && removed.reason !== 'kicked') {
    return (
      <Pane title={removed.title}>
        <p>
          <RemovalText removed={removed} />
        </p>
        <BackLink route={{ kind: 'home' }} />
      </Pane>
    )
  }
  if (!isRoomId(id)) {
    return (
      <Pane title={id}>
        <p>{words.noSuchRoom}</p>
        <BackLink route={{ kind: 'home' }} />
      </Pane>
    )
  }
  return (
    <Pane title={removed?.title ?? id}>
      <p>{removed ? <RemovalText removed={removed} /> : words.notAMember}</p>
      {former && <Unsent timeline={former.timeline} />}
      <FormError>{error}</FormError>
      <div className="empty-actions">
        <button type="button" className="button primary" disabled={isRunning} onClick={run}>
          {isLobby ? words.enterLobby : words.joinTheRoom}
        </button>
        <BackLink route={{ kind: 'home' }} />
      </div>
    </Pane>
  )
}

/** The messages that could not be sent to a room before this user left it. */
function Unsent({ timeline }: { timeline: Timeline }) {
  const { unsent } = useStore(timeline)
  if (unsent.length === 0) return null
  return (
    <section className="unsent" aria-label={words.notSent}>
      <FormError>{words.notSentInRoom}</FormError>
      <ul>
        {unsent.map(({ clientMessageId, content }) => (
          <li key={clientMessageId} dir="auto">
            {content}
          </li>
        ))}
      </ul>
    </section>
  )
}

const BackLink = ({ route }: { route: Route }) => (
  <a className="button" href={hashOf(route)}>
    {words.backToList}
  </a>
)

export const Connecting = () => (
  <main className="conversation is-empty" id="conversation" tabIndex={-1} aria-busy="true">
    <div className="empty" role="status">
      <span className="spinner large" aria-hidden="true" />
      <p>{words.connecting}</p>
    </div>
  </main>
)
