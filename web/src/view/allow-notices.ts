import type { Preferences } from '../state/preferences.ts'

/** Whether this browser can show messages on the desktop, and may. */
export const noticesAllowed = (): NotificationPermission | 'impossible' =>
  'Notification' in window ? Notification.permission : 'impossible'

/** Asks the browser's user. Call it at a click: browsers ignore other moments. */
export function allowNotices(preferences: Preferences): void {
  Notification.requestPermission().then(
    (permission) => preferences.choose({ notices: permission === 'granted' ? 'on' : 'off' }),
    // As if the user had said no.
    () => preferences.choose({ notices: 'off' }),
  )
}
