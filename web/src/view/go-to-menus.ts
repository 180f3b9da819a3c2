import type { KeyboardEvent } from 'react'

/**
 * Handles the keys in the list of messages. Enter goes to the menu of the last message, arrow keys go from one menu to
 * the next, and Escape goes back to the list. If the Tab key reached the menus, there would be hundreds of stops
 * between the list and the composer.
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
