/**
 * A room in a page of your own, with React. Run `npm start` and, in another terminal, `npx vite examples/react`. Then
 * open `http://localhost:5173/?user=ada` and `http://localhost:5173/?user=bob`.
 *
 * In your own project, import from `tabletalk/client` and `tabletalk/react`.
 */
import { type FormEvent, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { ChatClient, type MessageEvent, type Room } from '../../client/index.ts'
import {
  ChatProvider,
  useConnection,
  useMessages,
  useRoom,
  useRooms,
  useTyping,
  useUser,
} from '../../client/react/index.ts'

const query = new URLSearchParams(location.search)
const [userId, server] = [query.get('user') ?? 'ada', query.get('server') ?? 'localhost:8080']

/** In production, request the token from your own backend, which knows who is signed in. */
async function getToken(): Promise<string> {
  const response = await fetch(`http://${server}/dev/token`, { method: 'POST', body: JSON.stringify({ userId }) })
  return ((await response.json()) as { token: string }).token
}

const client = new ChatClient({ url: `ws://${server}/local`, getToken })

function Rooms() {
  return (
    <ul>
      {useRooms().map(({ id, name, unread }) => (
        <li key={id}>
          {name ?? id} {unread > 0 && `(${unread})`}
        </li>
      ))}
    </ul>
  )
}

function Message({ senderId, content }: Pick<MessageEvent, 'senderId' | 'content'>) {
  const sender = useUser(senderId)
  return (
    <p>
      <b>{sender?.name ?? senderId}</b> {content}
    </p>
  )
}

function Conversation({ room }: { room: Room }) {
  const { messages, unsent, hasOlder, loadOlder, send } = useMessages(room)
  const { typing, keystroke } = useTyping(room)
  useEffect(() => room.markRead(), [room, messages])

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const form = event.currentTarget
    send(new FormData(form).get('text') as string)
    form.reset()
  }

  return (
    <main>
      {hasOlder && <button onClick={loadOlder}>Older</button>}
      {messages.map(({ messageId, ...message }) => (
        <Message key={messageId} {...message} />
      ))}
      {unsent.map(({ clientMessageId, content, state }) => (
        <p key={clientMessageId}>
          {content} <i>{state}</i>
        </p>
      ))}
      <p>{typing.length > 0 && `${typing.join(', ')} …`}</p>
      <form onSubmit={submit}>
        <input name="text" aria-label="Message" required autoComplete="off" onInput={keystroke} />
        <button>Send</button>
      </form>
    </main>
  )
}

function Lobby() {
  const { status } = useConnection()
  const { room, joined, error } = useRoom('lobby')
  // The first user who comes creates the room.
  useEffect(() => {
    if (error === undefined) return
    client.createRoom({ chatRoomId: 'lobby', roomName: 'Lobby', access: 'link' }).catch(() => room.join())
  }, [error, room])
  return (
    <>
      <p role="status">{status}</p>
      <Rooms />
      {joined && <Conversation room={room} />}
    </>
  )
}

createRoot(document.getElementById('root')!).render(
  <ChatProvider client={client}>
    <Lobby />
  </ChatProvider>,
)
