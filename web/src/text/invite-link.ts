import { routeFrom } from '../state/route.ts'

/** Returns the invite in a link such as `https://chat.example/#/join/AbC…`, or undefined if the text has none. */
export function inviteIn(text: string): string | undefined {
  const [, hash = ''] = /^(?:https?:\/\/\S*)?(#\/join\/\S+)$/.exec(text.trim()) ?? []
  const route = routeFrom(hash)
  return route.kind === 'join' ? route.invite : undefined
}
