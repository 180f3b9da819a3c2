import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react'

/** The part of a text from a sign, such as `@`, to the caret. */
interface Being {
  start: number
  query: string
}

/** A suggestion that can replace that part. */
interface Choice {
  key: string
  /** The text that replaces the sign and the query, followed by a space. */
  insert: string
  view: ReactNode
}

interface Source {
  field: RefObject<HTMLTextAreaElement | null>
  text: string
  write: (text: string) => void
  /** The sign with which the part begins. */
  sign: string
  /** The label of the list. */
  label: string
  being: Being | undefined
  offer: (query: string) => readonly Choice[]
}

export interface Completion {
  /** The list of suggestions for the part that is being written; undefined if there are none. */
  list: ReactNode
  /** For the field. */
  aria: object
  /** Handles a key. Returns true if the list has used it. */
  onKeyDown: (event: KeyboardEvent) => boolean
  /** Replaces the part by a suggestion. */
  complete: (insert: string, being: Being) => void
  /** Whether the user has closed the list, and wants the text as it is. */
  isDismissed: boolean
}

/** Offers suggestions while a word is written. Arrow keys choose, Enter or Tab accepts, Escape closes the list. */
export function useCompletion({ field, text, write, sign, label, being, offer }: Source): Completion {
  const id = useId()
  const [index, setIndex] = useState(0)
  const [dismissed, setDismissed] = useState(-1)
  const isDismissed = being !== undefined && being.start === dismissed
  const offered = being === undefined || isDismissed ? [] : offer(being.query.toLowerCase())
  const chosen = Math.min(index, offered.length - 1)

  const complete = (insert: string, { start, query }: Being) => {
    const end = start + sign.length + query.length
    write(`${text.slice(0, start)}${insert} ${text.slice(end)}`)
    setDismissed(start)
    setIndex(0)
    const caret = start + insert.length + 1
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(caret, caret)
    })
  }
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (event.key === sign && !being) setDismissed(-1)
    if (offered.length === 0) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setIndex((chosen + step + offered.length) % offered.length)
    else if (event.key === 'Enter' || event.key === 'Tab') complete(offered[chosen]!.insert, being!)
    else if (event.key === 'Escape') setDismissed(being!.start)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  const isOpen = offered.length > 0
  const list = isOpen && (
    <ul id={id} className="menu mention-list" role="listbox" aria-label={label}>
      {offered.map(({ key, insert, view }, i) => (
        <li
          key={key}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === chosen}
          onPointerDown={(event) => {
            // The field keeps the focus.
            event.preventDefault()
            complete(insert, being!)
          }}
        >
          {view}
        </li>
      ))}
    </ul>
  )
  const aria = isOpen ? { 'aria-controls': id, 'aria-activedescendant': `${id}-${chosen}` } : {}
  return { list, aria, onKeyDown, complete, isDismissed }
}
