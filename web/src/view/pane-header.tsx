import { words } from '../language/words.ts'
import { CloseIcon } from './icons.tsx'
import { useReturnFocus } from './use-return-focus.ts'

interface PaneHeaderProps {
  title: string
  /** The label of the button, which names the pane that it closes. */
  closing: string
  onClose: () => void
}

/** The header of a pane beside the conversation. When the pane is closed, the focus goes back to where it was. */
export function PaneHeader({ title, closing, onClose }: PaneHeaderProps) {
  useReturnFocus()
  return (
    <header className="pane-header">
      <h2>{title}</h2>
      <button type="button" className="icon-button" aria-label={closing} title={words.close} onClick={onClose}>
        <CloseIcon />
      </button>
    </header>
  )
}
