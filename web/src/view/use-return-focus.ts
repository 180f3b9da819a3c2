import { useEffect, useState } from 'react'

const FOCUSABLE = 'a, button, input, select, textarea, [tabindex]'

/** Where the focus opens the keyboard of a phone, which nobody has asked for. */
const opensKeyboard = (element: Element) =>
  element.matches('input, textarea') && window.matchMedia('(pointer: coarse)').matches

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
      const places = before.filter((one) => one.isConnected && one.matches(FOCUSABLE) && !opensKeyboard(one))
      for (const place of [...places, document.getElementById('conversation')] as (HTMLElement | null)[]) {
        place?.focus({ preventScroll: true })
        // What is disabled or hidden takes no focus.
        if (document.activeElement !== document.body) return
      }
    },
    [before],
  )
}
