import type { ReactNode } from 'react'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import type { ThemeChoice } from '../state/theme.ts'
import { Avatar } from './avatar.tsx'
import { ConversationIcon } from './conversation-icon.tsx'
import { EnterIcon, LeaveIcon, PlusIcon, SearchIcon } from './icons.tsx'
import { ThemeButton } from './theme-button.tsx'
import { UnreadBadge } from './unread-badge.tsx'
import { useChat } from './use-chat.ts'
import { useStore } from './use-store.ts'

export type DialogName = 'new-room' | 'join' | 'direct' | 'switcher'

interface SidebarProps {
  current: Conversation | undefined
  isLoading: boolean
  theme: ThemeChoice
  onOpen: (dialog: DialogName) => void
  onSignOut: (() => void) | undefined
}

export function Sidebar({ current, isLoading, theme, onOpen, onSignOut }: SidebarProps) {
  const chat = useChat()
  const conversations = useStore(chat.conversations)
  const rooms = conversations.filter(({ kind }) => kind === 'room')
  const directs = conversations.filter(({ kind }) => kind === 'direct')
  return (
    <nav className="sidebar" aria-label="Conversations">
      <header className="sidebar-header">
        <span className="brand">Tabletalk</span>
        <ThemeButton choice={theme} />
      </header>
      <button type="button" className="search" onClick={() => onOpen('switcher')} aria-keyshortcuts="Control+K Meta+K">
        <SearchIcon />
        <span className="grow">Go to …</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className="sidebar-scroll">
        <Section
          title="Rooms"
          actions={
            <>
              <SmallButton label="Join a room" onClick={() => onOpen('join')}>
                <EnterIcon />
              </SmallButton>
              <SmallButton label="New room" onClick={() => onOpen('new-room')}>
                <PlusIcon />
              </SmallButton>
            </>
          }
        >
          <Links conversations={rooms} current={current} isLoading={isLoading} empty="No rooms yet." />
        </Section>
        <Section
          title="Direct messages"
          actions={
            <SmallButton label="New message" onClick={() => onOpen('direct')}>
              <PlusIcon />
            </SmallButton>
          }
        >
          <Links conversations={directs} current={current} isLoading={isLoading} empty="Nobody yet." />
        </Section>
      </div>
      <footer className="sidebar-footer">
        <Avatar id={chat.userId} />
        <span className="grow ellipsis" dir="auto" title={chat.userId}>
          {chat.userId}
        </span>
        {onSignOut && (
          <SmallButton label="Sign out" onClick={onSignOut}>
            <LeaveIcon />
          </SmallButton>
        )}
      </footer>
    </nav>
  )
}

function SmallButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  )
}

function Section({ title, actions, children }: { title: string; actions: ReactNode; children: ReactNode }) {
  return (
    <section className="sidebar-section" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {actions}
      </header>
      {children}
    </section>
  )
}

interface LinksProps {
  conversations: readonly Conversation[]
  current: Conversation | undefined
  isLoading: boolean
  empty: string
}

function Links({ conversations, current, isLoading, empty }: LinksProps) {
  if (conversations.length === 0) {
    return isLoading ? <Skeleton /> : <p className="hint sidebar-empty">{empty}</p>
  }
  return (
    <ul>
      {conversations.map((conversation) => (
        <li key={conversation.key}>
          <ConversationLink conversation={conversation} isCurrent={conversation === current} />
        </li>
      ))}
    </ul>
  )
}

function Skeleton() {
  return (
    <div className="skeleton-links" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  )
}

function ConversationLink({ conversation, isCurrent }: { conversation: Conversation; isCurrent: boolean }) {
  const title = useStore(conversation.title)
  const { count } = useStore(conversation.unread)
  return (
    <a
      className={`conversation-link ${count > 0 ? 'is-unread' : ''}`}
      href={hashOf(conversation.route)}
      aria-current={isCurrent ? 'page' : undefined}
      title={title}
    >
      <ConversationIcon conversation={conversation} />
      <span className="grow ellipsis" dir="auto">
        {title}
      </span>
      <UnreadBadge conversation={conversation} />
    </a>
  )
}
