import { markRead } from '../actions/mark-read.ts'
import { markUnread } from '../actions/mark-unread.ts'
import { setNotifications } from '../actions/set-notifications.ts'
import { setProfile } from '../actions/set-profile.ts'
import { route } from '../route.ts'

/** Actions that change the caller's own data: read markers, notification levels and the profile. */
export const handler = route(markRead, markUnread, setNotifications, setProfile)
