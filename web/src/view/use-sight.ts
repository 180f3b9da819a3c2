import { type RefObject, useEffect } from 'react'

/**
 * Calls `onSeen` when the element is in sight of its scroller, or nearly so, and again whenever `position` changes
 * while it still is.
 */
export function useSight(
  element: RefObject<Element | null>,
  scroller: RefObject<Element | null>,
  onSeen: () => void,
  position: unknown,
): void {
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen()
      },
      { root: scroller.current, rootMargin: '600px 0px 0px 0px' },
    )
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element, scroller, onSeen, position])
}
