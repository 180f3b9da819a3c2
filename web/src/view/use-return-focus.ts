import { useEffect, useState } from 'react'

const FOCUSABLE = 'a, button, input, select, textarea, [tabindex]'

/** Returns an element and what it is in, from the inside out. */
function around(element: Element | null): Element[] {
  const found: Element[] = []
  for (let one = element; one !== null && one !== document.body; one = one.parentElement) found.push(one)
  return found
}

/**
 * When the calling component goes, and the focus with it, returns the focus to what had it before the component came.
 * If that is gone too, to the nearest place around it that can have it, or else to the conversation.
 */
export function useReturnFocus(): void {
  const [before] = useState(() => around(document.activeElement))
  useEffect(
    () => () => {
      if (document.activeElement !== document.body) return
      const place = before.find((one) => one.isConnected && one.matches(FOCUSABLE))
      const target = (place ?? document.getElementById('conversation')) as HTMLElement | null
      target?.focus({ preventScroll: true })
    },
    [before],
  )
}
