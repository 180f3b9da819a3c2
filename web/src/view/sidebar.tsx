import { type ReactNode, useRef } from 'react'
import { printableName, showsNothing } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import { hashOf } from '../state/route.ts'
import type { ThemeChoice } from '../state/theme.ts'
import { briefMoment } from '../text/date-text.ts'
import { Avatar } from './avatar.tsx'
import { BrandName } from './brand-name.tsx'
import { ForYouButton } from './for-you-button.tsx'
import { ConversationIcon } from './conversation-icon.tsx'
import { ConversationTitle } from './conversation-title.tsx'
import {
  BellOffIcon,
  ChatIcon,
  DownIcon,
  EnterIcon,
  GlobeIcon,
  LeaveIcon,
  NextIcon,
  PlusIcon,
  SearchIcon,
  SettingsIcon,
  UpIcon,
} from './icons.tsx'
import { NoticesOffer } from './notices-offer.tsx'
import { ThemeButton } from './theme-button.tsx'
import { UnreadBadge } from './unread-badge.tsx'
import { UserName } from './user-name.tsx'
import { useChat } from './use-chat.ts'
import { useDialogs } from './use-dialogs.ts'
import { useHiddenUnread } from './use-hidden-unread.ts'
import { useName } from './use-names.ts'
import { useNow } from './use-now.ts'
import { usePeek } from './use-peek.ts'
import { usePreview } from './use-preview.ts'
import { useRoom, useStore } from '../../../client/react/index.ts'

const MINUTE_MS = 60_000

/** The most characters of a draft that a line of the list shows. */
const DRAFT_LENGTH = 120

interface SidebarProps {
  current: Conversation | undefined
  isLoading: boolean
  theme: ThemeChoice
  onSignOut: (() => void) | undefined
}

export function Sidebar({ current, isLoading, theme, onSignOut }: SidebarProps) {
  const chat = useChat()
  const open = useDialogs()
  const all = useStore(chat.conversations)
  const scroller = useRef<HTMLDivElement>(null)
  const { above, below, show } = useHiddenUnread(
    scroller,
    `${useStore(chat.unread)} ${all.map(({ key }) => key).join()}`,
  )
  const { folded } = useStore(chat.preferences)
  const conversations = all.filter(({ isClosed }) => !isClosed)
  const closed = all.filter(({ isClosed }) => isClosed)
  return (
    <nav className="sidebar" aria-label={words.conversations}>
      <header className="sidebar-header">
        <span className="brand">
          <BrandName />
        </span>
        <ThemeButton choice={theme} />
      </header>
      <button
        type="button"
        className="search"
        onClick={() => open({ name: 'switcher' })}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <SearchIcon />
        <span className="grow">{words.goToEllipsis}</span>
        <kbd>{words.keyNames.ctrl} K</kbd>
      </button>
      <ForYouButton />
      <div className="sidebar-scroll" ref={scroller}>
        <MoreUnread where="above" count={above} onClick={() => show('above')} />
        <Section
          title={words.conversations}
          isFolded={folded}
          onFold={() => chat.preferences.choose({ folded: !folded })}
          actions={
            <>
              <SmallButton label={words.publicRooms} onClick={() => open({ name: 'browse' })}>
                <GlobeIcon />
              </SmallButton>
              <SmallButton label={words.joinRoom} onClick={() => open({ name: 'join' })}>
                <EnterIcon />
              </SmallButton>
              {chat.mayMakeRooms && (
                <SmallButton label={words.newRoom} onClick={() => open({ name: 'new-room' })}>
                  <PlusIcon />
                </SmallButton>
              )}
              <SmallButton label={words.newMessage} onClick={() => open({ name: 'direct' })}>
                <ChatIcon />
              </SmallButton>
            </>
          }
        >
          <Links
            conversations={conversations}
            current={current}
            isLoading={isLoading}
            empty={words.noRoomsYet}
            isFolded={folded}
          />
          {closed.length > 0 && (
            <details className="closed-rooms">
              <summary>{words.closedRooms(closed.length)}</summary>
              <Links conversations={closed} current={current} isLoading={false} empty="" />
            </details>
          )}
        </Section>
        <MoreUnread where="below" count={below} onClick={() => show('below')} />
      </div>
      <NoticesOffer />
      <footer className="sidebar-footer">
        <Avatar id={chat.userId} />
        <span className="grow ellipsis" title={useName(chat.userId)}>
          <UserName userId={chat.userId} />
        </span>
        <SmallButton label={words.settings} onClick={() => open({ name: 'settings' })}>
          <SettingsIcon />
        </SmallButton>
        {onSignOut && (
          <SmallButton label={words.signOut} onClick={onSignOut}>
            <LeaveIcon />
          </SmallButton>
        )}
      </footer>
    </nav>
  )
}

interface MoreProps {
  where: 'above' | 'below'
  count: number
  onClick: () => void
}

/** A button that scrolls to the unread conversations that are out of sight. */
const MoreUnread = ({ where, count, onClick }: MoreProps) =>
  count > 0 && (
    <div className={`more-unread is-${where}`}>
      <button type="button" onClick={onClick}>
        {where === 'above' ? <UpIcon /> : <DownIcon />}
        {words.moreUnread(count)}
        <span className="visually-hidden">{words.whereUnread[where]}</span>
      </button>
    </div>
  )

function SmallButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  )
}

interface SectionProps {
  title: string
  /** Whether the section is folded, and only shows unread conversations. */
  isFolded: boolean
  onFold: () => void
  actions: ReactNode
  children: ReactNode
}

function Section({ title, isFolded, onFold, actions, children }: SectionProps) {
  return (
    <section className="sidebar-section" aria-label={title}>
      <header>
        <h2>
          <button
            type="button"
            className="fold-section"
            aria-expanded={!isFolded}
            title={isFolded ? words.media.showAll : words.media.showUnread}
            onClick={onFold}
          >
            <NextIcon />
            {title}
          </button>
        </h2>
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
  isFolded?: boolean
}

function Links({ conversations, current, isLoading, empty, isFolded = false }: LinksProps) {
  if (conversations.length === 0) {
    return isLoading ? <Skeleton /> : <p className="hint sidebar-empty">{empty}</p>
  }
  return (
    <ul>
      {conversations.map((conversation) => (
        <ConversationItem
          key={conversation.key}
          conversation={conversation}
          isCurrent={conversation === current}
          isFolded={isFolded}
        />
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

interface LinkProps {
  conversation: Conversation
  isCurrent: boolean
}

/** A folded list only has the unread conversations and the open one. */
function ConversationItem({ isFolded, ...props }: LinkProps & { isFolded: boolean }) {
  const { count } = useStore(props.conversation.unread)
  const isNew = useStore(props.conversation.isNew)
  if (isFolded && count === 0 && !isNew && !props.isCurrent) return null
  return (
    <li>
      <ConversationLink {...props} />
    </li>
  )
}

function ConversationLink({ conversation, isCurrent }: LinkProps) {
  const title = useStore(conversation.title)
  const { count } = useStore(conversation.unread)
  const isNew = useStore(conversation.isNew)
  const { level } = useStore(conversation.notify)
  const isMuted = level === 'none'
  const last = useStore(conversation.last)
  const { access } = useRoom(conversation.talk)
  const preview = usePreview(conversation)
  const written = useStore(conversation.written)
  const draft = isCurrent || showsNothing(written) ? '' : printableName(written.slice(0, DRAFT_LENGTH))
  const shown = draft === '' ? preview : words.draft(draft)
  const element = useRef<HTMLAnchorElement>(null)
  usePeek(conversation, element)
  const now = useNow(MINUTE_MS)
  return (
    <a
      ref={element}
      className={`conversation-link ${(count > 0 && !isMuted) || isNew ? 'is-unread' : ''} ${isMuted ? 'is-muted' : ''}`}
      href={hashOf(conversation.route)}
      aria-current={isCurrent ? 'page' : undefined}
      title={title}
      aria-description={shown}
    >
      <ConversationIcon conversation={conversation} />
      <span className="conversation-about">
        <span className="conversation-top">
          <span className="grow ellipsis">
            <ConversationTitle conversation={conversation} />
            {access === 'private' && <span className="visually-hidden">{words.privateRoom}</span>}
            {isMuted && <span className="visually-hidden">{words.muted}</span>}
          </span>
          {isMuted && <BellOffIcon />}
          {last && (
            <time aria-hidden="true" dateTime={new Date(last.timestamp).toISOString()}>
              {briefMoment(last.timestamp, now)}
            </time>
          )}
        </span>
        {shown !== undefined && (
          <span
            className={`conversation-preview ellipsis ${draft === '' ? '' : 'is-draft'}`}
            dir="auto"
            aria-hidden="true"
          >
            {shown}
          </span>
        )}
      </span>
      {isNew && count === 0 && <span className="badge">{words.new}</span>}
      <UnreadBadge conversation={conversation} />
    </a>
  )
}
