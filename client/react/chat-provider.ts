import { createContext, createElement, type ReactNode, useContext, useEffect } from 'react'
import type { ChatClient } from '../index.ts'
import { connectionOf } from './connection.ts'

const Context = createContext<ChatClient | undefined>(undefined)

/** How many mounted providers have a client, so that the last one ends its connection. */
const providers = new WeakMap<ChatClient, number>()

/**
 * Makes a client known to the hooks below it. Connects it when it is mounted, and disconnects it when the last provider
 * of that client is gone. Renders on a server too, where it connects nothing.
 *
 * @example
 * const client = new ChatClient({ url, getToken })
 * createRoot(root).render(<ChatProvider client={client}><App /></ChatProvider>)
 */
export function ChatProvider({ client, children }: { client: ChatClient; children?: ReactNode }) {
  connectionOf(client)
  useEffect(() => {
    providers.set(client, (providers.get(client) ?? 0) + 1)
    // `useConnection` tells of a failure.
    client.connect().catch(() => {})
    return () => {
      providers.set(client, providers.get(client)! - 1)
      // StrictMode mounts it again at once.
      queueMicrotask(() => {
        if (providers.get(client) === 0) client.disconnect()
      })
    }
  }, [client])
  return createElement(Context.Provider, { value: client }, children)
}

/** The client of the provider above. @throws Error when there is none */
export function useClient(): ChatClient {
  const client = useContext(Context)
  if (client === undefined) throw new Error('unable to use the chat; there is no <ChatProvider client={…}> above')
  return client
}
