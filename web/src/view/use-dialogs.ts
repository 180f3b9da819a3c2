import { createContext, useContext } from 'react'
import type { MessageEvent } from '../../../client/index.ts'

type DialogName =
  | 'new-room'
  | 'join'
  | 'direct'
  | 'switcher'
  | 'browse'
  | 'for-you'
  | 'settings'
  | 'keys'
  | 'leave'
  | 'sign-out'
  | 'add-people'
  | 'invites'
  | 'edit-room'
  | 'moderation'
  | 'delete-room'
  | 'pins'
  | 'search'
  | 'day'

/** An open dialog with its subject. */
export type DialogRequest =
  | { name: DialogName }
  | { name: 'invited'; invite: string }
  | { name: 'kick' | 'ban' | 'mute' | 'block'; userId: string }
  | { name: 'report' | 'delete-message' | 'seen-by'; message: MessageEvent }
  | { name: 'gallery'; messageId: string }
  | { name: 'file-text'; messageId: string; file: NonNullable<MessageEvent['file']> }

export type OpenDialog = (request: DialogRequest) => void

export const DialogsContext = createContext<OpenDialog>(() => {})

/** Returns a function that opens a dialog about the open conversation. */
export const useDialogs = (): OpenDialog => useContext(DialogsContext)
