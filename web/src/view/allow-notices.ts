import type { Preferences } from '../state/preferences.ts'

/** Whether this browser supports desktop notifications, and whether the user has allowed them. */
export const noticesAllowed = (): NotificationPermission | 'impossible' =>
  'Notification' in window ? Notification.permission : 'impossible'

/** Asks the user for permission. Must be called during a click, because browsers ignore other calls. */
export function allowNotices(preferences: Preferences): void {
  Notification.requestPermission().then(
    (permission) => preferences.choose({ notices: permission === 'granted' ? 'on' : 'off' }),
    // As if the user had said no.
    () => preferences.choose({ notices: 'off' }),
  )
}
