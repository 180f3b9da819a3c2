import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react'

/** Still "at the bottom", px. */
const NEAR_PX = 48

interface Scroll {
  isAtBottom: boolean
  onScroll: () => void
  toBottom: () => void
}

/**
 * Keeps a list's place. It is laid out from its end (`column-reverse`), so what is added above moves nothing, and at the
 * bottom it stays there; further up, what is added below would push what is being read, and is scrolled away here.
 *
 * @param lastKey of the last row: when it changes, something was added below
 */
export function useScroll(scroller: RefObject<HTMLElement | null>, lastKey: string | undefined): Scroll {
  const [isAtBottom, setIsAtBottom] = useState(true)
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

/** Its places count backwards from 0. */
const isNearBottom = (element: HTMLElement): boolean => element.scrollTop > -NEAR_PX

/** Smooth where the way is short enough to be followed. */
function behaviorOf({ scrollTop, clientHeight }: HTMLElement): ScrollBehavior {
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  return isCalm || -scrollTop > 2 * clientHeight ? 'instant' : 'smooth'
}

/** The first row that can be seen, and where. */
function anchorIn(scroller: HTMLElement): { element: Element; top: number } | undefined {
  const { left, top, width } = scroller.getBoundingClientRect()
  for (let y = top + 8; y < top + 200; y += 24) {
    const element = document.elementFromPoint(left + width / 2, y)?.closest('[data-row]')
    if (element) return { element, top: element.getBoundingClientRect().top }
  }
  return undefined
}
