import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { words } from '../language/words.ts'
import { CloseIcon } from './icons.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface DialogProps {
  title: string
  onClose: () => void
  className?: string
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
  children: ReactNode
}

/** A modal dialog. Escape and a click outside close it, and the focus returns to where it was. */
export function Dialog({ title, onClose, className = '', onKeyDown, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // The browser does this too, but not if what had the focus is gone.
  useReturnFocus()
  useLayoutEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    // By default the close button would get the focus.
    dialog?.querySelector<HTMLElement>('input, select')?.focus()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className="dialog-body">
        <header className="dialog-header">
          <h2 id={titleId} dir="auto">
            {title}
          </h2>
          <button type="button" className="icon-button" aria-label={words.close} title={words.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
