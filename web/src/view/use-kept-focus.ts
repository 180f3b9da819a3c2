import { useEffect, useRef } from 'react'

/**
 * Keeps the focus in a list: when the number of its items changes and the button that had the focus has disappeared,
 * together with its item or with the last page, the focus goes to the place. The first page takes no focus.
 *
 * @param count the number of items
 * @param placeOf returns the element that takes the focus
 */
export function useKeptFocus(count: number, placeOf: () => HTMLElement | null): void {
  const before = useRef(count)
  useEffect(() => {
    const isFirst = before.current === 0
    before.current = count
    if (!isFirst && document.activeElement === document.body) placeOf()?.focus({ preventScroll: true })
  }, [count])
}
