import { type ReactNode, useCallback } from 'react'
import { words } from '../language/words.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import { useAction } from './use-action.ts'

interface FormDialogProps {
  title: string
  /** The text of the button. */
  action: string
  onClose: () => void
  /** Runs the action. The dialog closes after it, unless it returns `stay`. */
  onSubmit: () => Promise<unknown>
  isDangerous?: boolean
  children: ReactNode
}

/** A dialog with a form. It runs an action, and shows why the action has failed. */
export function FormDialog({ title, action, onClose, onSubmit, isDangerous = false, children }: FormDialogProps) {
  const submit = useCallback(async () => {
    if ((await onSubmit()) !== 'stay') onClose()
  }, [onSubmit, onClose])
  const { run, isRunning, error } = useAction(submit)
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        {children}
        <FormError>{error}</FormError>
        <div className="form-actions">
          <button type="button" className="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button className={`button primary ${isDangerous ? 'dangerous' : ''}`} disabled={isRunning}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
