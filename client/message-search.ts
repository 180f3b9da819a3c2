import type { Reply } from '../src/protocol/actions.ts'
import type { RequestFrame } from './request-frame.ts'

/** What messages are searched for. */
export type MessageSearch = Omit<RequestFrame<'searchMessages'>, 'action' | 'requestId' | 'userId' | 'chatRoomIds'>

/** A page of messages that were found. */
export type FoundMessages = Reply<'searchMessages'>
