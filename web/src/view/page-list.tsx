import { type ReactNode, useEffect, useRef } from 'react'
import type { Pages } from '../state/pages.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { FormError } from './form-error.tsx'
import { useStore } from '../../../client/react/index.ts'
import { useKeptFocus } from './use-kept-focus.ts'

interface PageListProps<T> {
  label: string
  pages: Pages<T>
  /** The text that is shown if the list is empty. */
  empty: string
  /** The text of the button that loads the next page. */
  more: string
  keyOf: (item: T) => string
  children: (item: T) => ReactNode
}

/** A list that is loaded page by page. */
export function PageList<T>({ label, pages, empty, more, keyOf, children }: PageListProps<T>) {
  const { items, phase, error, hasMore } = useStore(pages)
  const list = useRef<HTMLUListElement>(null)
  const nothing = useRef<HTMLParagraphElement>(null)
  // An empty list can't be seen.
  useKeptFocus(items.length, () => nothing.current ?? list.current)
  useEffect(() => {
    // The state shows a failure.
    pages.load().catch(() => {})
  }, [pages])
  const loadMore = () => {
    pages.more().catch(() => {})
  }
  return (
    <>
      <ul className="page-list" ref={list} tabIndex={-1} aria-label={label} aria-busy={phase === 'loading'}>
        {items.map((item) => (
          <li key={keyOf(item)}>{children(item)}</li>
        ))}
      </ul>
      {phase === 'loading' && items.length === 0 && (
        <div className="skeleton-links" aria-hidden="true">
          <i />
          <i />
        </div>
      )}
      {phase === 'ready' && items.length === 0 && (
        <p className="hint" ref={nothing} tabIndex={-1}>
          {empty}
        </p>
      )}
      {phase === 'failed' && <FormError>{errorSentence(error)}</FormError>}
      {hasMore && (
        <button type="button" className="button" disabled={phase === 'loading'} onClick={loadMore}>
          {more}
        </button>
      )}
    </>
  )
}
