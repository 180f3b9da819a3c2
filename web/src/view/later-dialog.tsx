import { useEffect } from 'react'
import { words } from '../language/words.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from './form-error.tsx'
import type { OpenedProps } from './opened-dialog.tsx'
import type { DialogRequest } from './use-dialogs.ts'
import { useLoaded } from './use-loaded.ts'

/** Loads what isn't needed at the start: the dialogs, and the subscription to pushes. */
export const loadDialogs = () => import('./opened-dialog.tsx')

/**
 * Loads the dialogs before they are needed, so that they open at once, even without a network.
 *
 * @param isReady whether the first messages have been shown, with which the dialogs would compete
 */
export function usePreparedDialogs(isReady: boolean): void {
  useEffect(() => {
    // Opening a dialog tries again, and shows a failure.
    if (isReady) loadDialogs().catch(() => {})
  }, [isReady])
}

/** The dialog that is open, if any. */
export const LaterDialog = ({ request, ...props }: Omit<OpenedProps, 'request'> & { request?: DialogRequest }) =>
  request && <LoadedDialog request={request} {...props} />

function LoadedDialog(props: OpenedProps) {
  const part = useLoaded(loadDialogs)
  if (part === undefined) return null
  if (part !== 'failed') return <part.OpenedDialog {...props} />
  return (
    <Dialog title={words.notLoaded} onClose={props.onClose}>
      <FormError>{words.partNotLoaded}</FormError>
    </Dialog>
  )
}
