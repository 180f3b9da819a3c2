'use client'

import { type FormEvent, useEffect, useMemo } from 'react'
import { ChatClient } from 'tabletalk'
import { ChatProvider, useConnection, useMessages, useRoom } from 'tabletalk/react'

/** Requests a token from this application's own server, which knows who is signed in. */
async function tokenOf(userId: string): Promise<string> {
  const response = await fetch('/api/token', { method: 'POST', body: JSON.stringify({ userId }) })
  return ((await response.json()) as { token: string }).token
}

/** The server renders the chat without messages. The client connects in the browser. */
export function Chat({ userId, url }: { userId: string; url: string }) {
  const client = useMemo(() => new ChatClient({ url, getToken: () => tokenOf(userId) }), [userId, url])
  return (
    <ChatProvider client={client}>
      <Lobby client={client} />
    </ChatProvider>
  )
}

function Lobby({ client }: { client: ChatClient }) {
  const { status } = useConnection()
  const { room, joined, error } = useRoom('lobby')
  const { messages, send } = useMessages(room)
  // The first user who comes creates the room.
  useEffect(() => {
    if (error === undefined) return
    client.createRoom({ chatRoomId: 'lobby', roomName: 'Lobby', access: 'link' }).catch(() => room.join())
  }, [client, error, room])

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    send(new FormData(event.currentTarget).get('text') as string)
    event.currentTarget.reset()
  }

  return (
    <main>
      <p role="status">{status}</p>
      {messages.map(({ messageId, senderId, content }) => (
        <p key={messageId}>
          <b>{senderId}</b> {content}
        </p>
      ))}
      <form onSubmit={submit}>
        <input name="text" aria-label="Message" required autoComplete="off" disabled={!joined} />
        <button disabled={!joined}>Send</button>
      </form>
    </main>
  )
}
