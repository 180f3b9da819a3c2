import { useEffect, useRef } from 'react'

/**
 * Keeps the focus in a list: when it has fewer items and the button that had the focus has disappeared together with
 * its item, the focus goes to the place. A list that is only loading takes no focus.
 *
 * @param count the number of items
 * @param placeOf returns the element that takes the focus
 */
export function useKeptFocus(count: number, placeOf: () => HTMLElement | null): void {
  const before = useRef(count)
  useEffect(() => {
    const isFewer = count < before.current
    before.current = count
    if (isFewer && document.activeElement === document.body) placeOf()?.focus({ preventScroll: true })
  }, [count])
}
