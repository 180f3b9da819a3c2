import type { KeyboardEvent } from 'react'

/**
 * The keys in the list of messages: Enter goes to the menu of the last message, arrows from one to the next, Escape
 * back to the list. With the tab key, hundreds of messages would stand between the list and the field.
 */
export function goToMenus(event: KeyboardEvent<HTMLElement>): void {
  const list = event.currentTarget
  const buttons = [...list.querySelectorAll<HTMLElement>('.message-menu')]
  const index = buttons.indexOf(event.target as HTMLElement)
  const isList = event.target === list
  if (isList && event.key === 'Enter') buttons.at(-1)?.focus()
  else if (index >= 0 && event.key === 'ArrowUp') buttons[Math.max(0, index - 1)]?.focus()
  else if (index >= 0 && event.key === 'ArrowDown') buttons[index + 1]?.focus()
  else if (index >= 0 && event.key === 'Escape') list.focus()
  else return
  event.preventDefault()
}
