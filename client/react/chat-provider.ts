import { createContext, createElement, type ReactNode, useContext, useEffect } from 'react'
import type { ChatClient } from '../index.ts'
import { connectionOf } from './connection.ts'

const Context = createContext<ChatClient | undefined>(undefined)

/** How many mounted providers use a client. The last one disconnects it. */
const providers = new WeakMap<ChatClient, number>()

/**
 * Provides a client to the hooks in the components below. Connects the client when the provider is mounted, and
 * disconnects it when the last provider of that client is unmounted. Can also be rendered on a server, where it doesn't
 * connect.
 *
 * @example
 * const client = new ChatClient({ url, getToken })
 * createRoot(root).render(<ChatProvider client={client}><App /></ChatProvider>)
 */
export function ChatProvider({ client, children }: { client: ChatClient; children?: ReactNode }) {
  connectionOf(client)
  useEffect(() => {
    providers.set(client, (providers.get(client) ?? 0) + 1)
    // `useConnection` reports a failure.
    client.connect().catch(() => {})
    return () => {
      providers.set(client, providers.get(client)! - 1)
      // StrictMode unmounts a provider and mounts it again at once, which must not end the connection.
      queueMicrotask(() => {
        if (providers.get(client) === 0) client.disconnect()
      })
    }
  }, [client])
  return createElement(Context.Provider, { value: client }, children)
}

/**
 * Returns the client of the nearest `ChatProvider` above.
 *
 * @throws Error when there is none
 */
export function useClient(): ChatClient {
  const client = useContext(Context)
  if (client === undefined) throw new Error('unable to use the chat; there is no <ChatProvider client={…}> above')
  return client
}
