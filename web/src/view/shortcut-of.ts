import { isComposing } from './is-composing.ts'

interface Key {
  key: string
  code: string
  keyCode: number
  isComposing: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

export type Shortcut = 'switcher' | 'search' | 'keys' | 'previous' | 'next'

/**
 * What a key means on the page; undefined for what is not the page's, such as a browser's own shortcut.
 *
 * @param isWriting whether a key writes something where it is pressed
 */
export function shortcutOf(event: Key, isWriting: boolean): Shortcut | undefined {
  if (isComposing(event)) return undefined
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  // AltGr, which writes letters, is Ctrl and Alt on Windows. Browsers have meanings of their own for Ctrl and Shift.
  const isCommand = (ctrlKey || metaKey) && !altKey
  if (isCommand && !shiftKey && isLetter(event, 'k')) return 'switcher'
  if (isCommand && !shiftKey && isLetter(event, 'f')) return 'search'
  if ((isCommand && key === '/') || (key === '?' && !isWriting)) return 'keys'
  if (!altKey || ctrlKey || metaKey || shiftKey) return undefined
  return key === 'ArrowUp' ? 'previous' : key === 'ArrowDown' ? 'next' : undefined
}

/** By the letter that the key writes. Where the layout's letters aren't Latin, by its place on the keyboard. */
const isLetter = ({ key, code }: Key, letter: string): boolean =>
  key.toLowerCase() === letter || (code === `Key${letter.toUpperCase()}` && !/^[a-z]$/i.test(key))
