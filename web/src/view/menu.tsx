import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react'
import { CheckIcon, MoreIcon } from './icons.tsx'

export interface MenuItem {
  label: string
  onSelect: () => void
  isDangerous?: boolean
  /** For an item of a choice: whether it is the chosen one. */
  isChosen?: boolean
}

interface MenuProps {
  label: string
  /** Called when the menu opens. */
  items: () => MenuItem[]
  className?: string
  /** Default: three dots. */
  icon?: ReactNode
  /** -1 if arrow keys lead to the button. */
  tabIndex?: number
}

/** A button with an ARIA menu. Arrow keys, Home and End move in it, Escape and Tab close it. */
export function Menu({ label, items, className = '', icon = <MoreIcon />, tabIndex = 0 }: MenuProps) {
  const [open, setOpen] = useState<MenuItem[]>()
  const button = useRef<HTMLButtonElement>(null)
  const id = useId()
  const close = () => {
    setOpen(undefined)
    button.current?.focus()
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`icon-button ${className}`}
        tabIndex={tabIndex}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open !== undefined}
        aria-controls={open && id}
        onClick={() => setOpen(open ? undefined : items())}
      >
        {icon}
      </button>
      {open && (
        <MenuList
          id={id}
          label={label}
          items={open}
          button={button}
          onClose={close}
          onGone={() => setOpen(undefined)}
        />
      )}
    </>
  )
}

interface ListProps {
  id: string
  label: string
  items: MenuItem[]
  button: React.RefObject<HTMLButtonElement | null>
  /** Called when the user is done with the menu: closes it and returns the focus to its button. */
  onClose: () => void
  /** Called when the focus has moved elsewhere: closes the menu. */
  onGone: () => void
}

function MenuList({ id, label, items, button, onClose, onGone }: ListProps) {
  const list = useRef<HTMLUListElement>(null)
  useLayoutEffect(() => {
    const element = list.current
    if (!element || !button.current) return
    element.showPopover()
    place(element, button.current)
    focusItem(element, 0)
  }, [button])
  const onKeyDown = (event: KeyboardEvent) => {
    const element = list.current!
    const index = [...element.children].findIndex((item) => item.contains(document.activeElement))
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key]
    // The panes around the menu handle Escape too.
    event.stopPropagation()
    if (event.key === 'Tab' || event.key === 'Escape') onClose()
    else if (target !== undefined) focusItem(element, target)
    else return
    event.preventDefault()
  }
  return (
    <ul
      ref={list}
      id={id}
      className="menu"
      role="menu"
      aria-label={label}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => newState === 'closed' && onGone()}
    >
      {items.map(({ label, onSelect, isDangerous = false, isChosen }) => (
        <li key={label} role="none">
          <button
            type="button"
            role={isChosen === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={isChosen}
            tabIndex={-1}
            className={isDangerous ? 'dangerous' : ''}
            onClick={() => {
              onClose()
              onSelect()
            }}
          >
            {label}
            {isChosen && <CheckIcon />}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** @param index counted from the end if it is negative; the first item follows the last */
function focusItem(list: HTMLElement, index: number): void {
  const items = list.querySelectorAll<HTMLElement>('[role^=menuitem]')
  items[(index + items.length) % items.length]?.focus()
}

const GAP_PX = 4

/** Places the menu below its button, or above it if there is more room, and always on the screen. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const below = bottom + GAP_PX
  const isBelow = below + height <= window.innerHeight || top < window.innerHeight - bottom
  const y = isBelow ? below : top - GAP_PX - height
  menu.style.top = `${Math.max(GAP_PX, Math.min(y, window.innerHeight - height - GAP_PX))}px`
  const x = getComputedStyle(button).direction === 'rtl' ? left : right - width
  menu.style.left = `${Math.max(GAP_PX, Math.min(x, window.innerWidth - width - GAP_PX))}px`
}
