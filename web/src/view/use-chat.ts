import { createContext, useContext } from 'react'
import type { Chat } from '../state/chat.ts'

export const ChatContext = createContext<Chat | undefined>(undefined)

export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (!chat) throw new Error('unable to show the chat; nobody is signed in')
  return chat
}
