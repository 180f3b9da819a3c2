import { markRead } from '../actions/mark-read.ts'
import { markUnread } from '../actions/mark-unread.ts'
import { route } from '../route.ts'

/** Actions that move the caller's own markers. */
export const handler = route(markRead, markUnread)
