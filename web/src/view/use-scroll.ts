import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

/** Within this many pixels the list counts as "at the bottom". */
const NEAR_PX = 48

interface Scroll {
  isAtBottom: boolean
  onScroll: () => void
  toBottom: () => void
}

/**
 * Keeps a list's scroll position. The list is laid out from its end (`column-reverse`), so rows that are added above
 * move nothing, and a list at the bottom stays there. Further up, rows that are added below would move the rows in
 * sight: this scrolls by the same distance.
 *
 * @param lastKey the key of the last row: when it changes, rows were added below
 * @param startsAtBottom false when the list is scrolled elsewhere first
 */
export function useScroll(
  scroller: RefObject<HTMLElement | null>,
  lastKey: string | undefined,
  startsAtBottom: boolean,
): Scroll {
  const [isAtBottom, setIsAtBottom] = useState(startsAtBottom)
  const anchor = useRef<{ element: Element; top: number }>(undefined)

  const onScroll = useCallback(() => {
    const element = scroller.current
    if (!element) return
    anchor.current = anchorIn(element)
    setIsAtBottom(isNearBottom(element))
  }, [scroller])

  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return
    const { current } = anchor
    if (current?.element.isConnected && !isNearBottom(element)) {
      element.scrollTop += current.element.getBoundingClientRect().top - current.top
    }
    anchor.current = anchorIn(element)
  }, [scroller, lastKey])

  const toBottom = useCallback(() => {
    const element = scroller.current
    element?.scrollTo({ top: 0, behavior: behaviorOf(element) })
  }, [scroller])
  return { isAtBottom, onScroll, toBottom }
}

/** With `column-reverse`, `scrollTop` is 0 at the bottom and negative above. */
const isNearBottom = (element: HTMLElement): boolean => element.scrollTop > -NEAR_PX

/** Smooth for short distances, unless the user prefers reduced motion. */
function behaviorOf({ scrollTop, clientHeight }: HTMLElement): ScrollBehavior {
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  return isCalm || -scrollTop > 2 * clientHeight ? 'instant' : 'smooth'
}

/** Returns the first visible row and its position. */
function anchorIn(scroller: HTMLElement): { element: Element; top: number } | undefined {
  const { left, top, width } = scroller.getBoundingClientRect()
  for (let y = top + 8; y < top + 200; y += 24) {
    const element = document.elementFromPoint(left + width / 2, y)?.closest('[data-row]')
    if (element) return { element, top: element.getBoundingClientRect().top }
  }
  return undefined
}
