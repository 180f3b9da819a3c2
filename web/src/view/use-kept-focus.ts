import { useEffect } from 'react'

/**
 * Keeps the focus in a list: when the number of its items changes and the button that had the focus has disappeared
 * together with its item, the focus goes to the place.
 *
 * @param count the number of items
 * @param placeOf returns the element that takes the focus
 */
export function useKeptFocus(count: number, placeOf: () => HTMLElement | null): void {
  useEffect(() => {
    if (document.activeElement === document.body) placeOf()?.focus({ preventScroll: true })
  }, [count])
}
