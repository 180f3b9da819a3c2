import type { Reply } from '../src/protocol/actions.ts'
import type { RequestFrame } from './request-frame.ts'

/** The parameters of a search: `query`, `from`, `before`, `limit` and `cursor`, as for `client.searchMessages`. */
export type MessageSearch = Omit<RequestFrame<'searchMessages'>, 'action' | 'requestId' | 'userId' | 'chatRoomIds'>

/** One page of search results. */
export type FoundMessages = Reply<'searchMessages'>
