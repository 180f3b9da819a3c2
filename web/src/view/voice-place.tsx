import { words } from '../language/words.ts'
import { useLoaded } from './use-loaded.ts'

const loadRecorder = () => import('./voice-recorder.tsx')

/** Whether this browser can record. */
export const canRecord = (): boolean =>
  typeof MediaRecorder === 'function' && typeof navigator.mediaDevices?.getUserMedia === 'function'

interface VoiceProps {
  /** Called with the recording, or without a file if there is none. */
  onDone: (file?: File) => void
}

/** Replaces the composer while a voice message is recorded. */
export function VoicePlace({ onDone }: VoiceProps) {
  const part = useLoaded(loadRecorder)
  return (
    <section className="composer" aria-label={words.media.record}>
      {typeof part === 'object' ? (
        <part.VoiceRecorder onDone={onDone} />
      ) : (
        <p className="recording" role="status">
          {part === 'failed' ? words.media.recorderNotLoaded : words.loading}
        </p>
      )}
      {part === 'failed' && (
        <button type="button" className="button" onClick={() => onDone()}>
          {words.close}
        </button>
      )}
    </section>
  )
}
