import { words } from '../language/words.ts'
import { CloseIcon } from './icons.tsx'

interface PaneHeaderProps {
  title: string
  /** The label of the button, which names the pane that it closes. */
  closing: string
  onClose: () => void
}

/** The header of a pane beside the conversation. */
export const PaneHeader = ({ title, closing, onClose }: PaneHeaderProps) => (
  <header className="pane-header">
    <h2>{title}</h2>
    <button type="button" className="icon-button" aria-label={closing} title={words.close} onClick={onClose}>
      <CloseIcon />
    </button>
  </header>
)
