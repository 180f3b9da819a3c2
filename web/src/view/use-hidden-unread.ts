import { type RefObject, useCallback, useEffect, useState } from 'react'

interface Hidden {
  /** Unread conversations out of sight. */
  above: number
  below: number
}

const NONE: Hidden = { above: 0, below: 0 }

/** An entry is in sight if more than half of it is. */
const HALF = 0.5

/**
 * Counts the unread conversations above and below the visible part of the list. `show` scrolls the nearest one into
 * sight.
 *
 * @param listed a value that changes with the list
 */
export function useHiddenUnread(
  scroller: RefObject<HTMLElement | null>,
  listed: unknown,
): Hidden & { show: (where: keyof Hidden) => void } {
  const [hidden, setHidden] = useState(NONE)
  const look = useCallback(() => {
    const { above, below } = hiddenIn(scroller.current)
    setHidden((before) =>
      before.above === above.length && before.below === below.length
        ? before
        : { above: above.length, below: below.length },
    )
  }, [scroller])
  useEffect(() => {
    const { current } = scroller
    if (!current) return
    // The list's own height changes as well, when rooms come and go.
    const observer = new ResizeObserver(look)
    for (const element of [current, ...current.children]) observer.observe(element)
    current.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      current.removeEventListener('scroll', look)
    }
  }, [scroller, look])
  useEffect(look, [look, listed])
  const show = (where: keyof Hidden) => {
    const links = hiddenIn(scroller.current)[where]
    const link = where === 'above' ? links.at(-1) : links[0]
    if (!link || !scroller.current) return
    const box = scroller.current.getBoundingClientRect()
    scroller.current.scrollTop += middleOf(link) - box.top - box.height * HALF
    link.focus({ preventScroll: true })
  }
  return { ...hidden, show }
}

function middleOf(link: HTMLElement): number {
  const { top, height } = link.getBoundingClientRect()
  return top + height * HALF
}

function hiddenIn(scroller: HTMLElement | null): { above: HTMLElement[]; below: HTMLElement[] } {
  if (!scroller) return { above: [], below: [] }
  const { top, bottom } = scroller.getBoundingClientRect()
  const all = [...scroller.querySelectorAll<HTMLElement>('.conversation-link.is-unread')]
  return {
    above: all.filter((link) => middleOf(link) < top),
    below: all.filter((link) => middleOf(link) > bottom),
  }
}
