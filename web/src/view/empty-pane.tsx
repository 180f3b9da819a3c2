import { type ReactNode, useCallback } from 'react'
import { hashOf, type Route } from '../state/route.ts'
import { ChatIcon } from './icons.tsx'
import type { DialogName } from './sidebar.tsx'
import { useAction } from './use-action.ts'
import { useChat } from './use-chat.ts'
import { goTo } from './use-route.ts'

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

interface WelcomeProps {
  hasRooms: boolean
  onOpen: (dialog: DialogName) => void
}

/** Nothing is chosen; whoever is in no room yet is shown the way into one. */
export function Welcome({ hasRooms, onOpen }: WelcomeProps) {
  const chat = useChat()
  const openLobby = useCallback(async () => goTo((await chat.joinOrCreate(LOBBY.id, LOBBY.name)).route), [chat])
  const { run, isRunning, error } = useAction(openLobby)
  if (hasRooms) {
    return (
      <Pane title="Where to?">
        <p>Choose a room or a person, or press Ctrl K.</p>
      </Pane>
    )
  }
  return (
    <Pane title={`Hello, ${chat.userId}`}>
      <p>You are in no room yet. The lobby is open to everybody.</p>
      {error !== undefined && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      <div className="empty-actions">
        <button type="button" className="button primary" disabled={isRunning} onClick={run}>
          Enter the lobby
        </button>
        <button type="button" className="button" onClick={() => onOpen('new-room')}>
          Create a room
        </button>
        <button type="button" className="button" onClick={() => onOpen('join')}>
          Join by id
        </button>
        <button type="button" className="button" onClick={() => onOpen('direct')}>
          Message somebody
        </button>
      </div>
    </Pane>
  )
}

/** The address names a room that this user isn't in. */
export function NotAMember({ id }: { id: string }) {
  const chat = useChat()
  const join = useCallback(() => chat.join(id), [chat, id])
  const { run, isRunning, error } = useAction(join)
  return (
    <Pane title={id}>
      <p>You are not a member of this room.</p>
      {error !== undefined && (
        <p className="form-error" role="alert">
          {error}
        </p>
      )}
      <div className="empty-actions">
        <button type="button" className="button primary" disabled={isRunning} onClick={run}>
          Join the room
        </button>
        <BackLink route={{ kind: 'home' }} />
      </div>
    </Pane>
  )
}

const BackLink = ({ route }: { route: Route }) => (
  <a className="button" href={hashOf(route)}>
    Back to the list
  </a>
)

export const Connecting = () => (
  <main className="conversation is-empty" id="conversation" tabIndex={-1} aria-busy="true">
    <div className="empty" role="status">
      <span className="spinner large" aria-hidden="true" />
      <p>Connecting …</p>
    </div>
  </main>
)
