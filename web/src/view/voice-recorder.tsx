import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { words } from '../language/words.ts'
import { VoiceRecording } from '../state/voice-recording.ts'
import { countdownText } from '../text/spans-of-time.ts'
import { CheckIcon, TrashIcon } from './icons.tsx'
import { useNow } from './use-now.ts'
import { useStore } from '../../../client/react/index.ts'

/** Records a voice message until the user finishes or discards it. */
export function VoiceRecorder({ onDone }: { onDone: (file?: File) => void }) {
  const [recording] = useState(() => new VoiceRecording(navigator.mediaDevices))
  const { kind, startedAt, file, sentence } = useStore(recording)
  const now = useNow(250)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The state shows whether the microphone was denied.
    recording.start().catch(() => {})
    place.current?.focus()
    return () => recording.cancel()
  }, [recording])
  useEffect(() => {
    if (file) onDone(file)
  }, [file])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onDone()
    else if (event.key === 'Enter' && event.target === place.current) recording.finish()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const leave = kind === 'failed' ? words.close : words.media.discardVoice
  return (
    <div
      ref={place}
      className="recording"
      tabIndex={-1}
      role="group"
      aria-label={words.media.voiceMessage}
      onKeyDown={onKeyDown}
    >
      {kind === 'recording' && <i aria-hidden="true" />}
      <span role="status" className={kind === 'recording' ? 'visually-hidden' : 'grow'}>
        {kind === 'failed' ? sentence : kind === 'asking' ? words.media.mayUseMicrophone : words.media.recording}
      </span>
      {kind === 'recording' && (
        <span className="grow" role="timer" aria-label={words.media.length}>
          {countdownText(Math.max(0, now - startedAt))}
        </span>
      )}
      <button type="button" className="icon-button" aria-label={leave} title={leave} onClick={() => onDone()}>
        <TrashIcon />
      </button>
      {kind === 'recording' && (
        <button
          type="button"
          className="send"
          aria-label={words.media.finishVoice}
          title={words.media.finishHint}
          onClick={() => recording.finish()}
        >
          <CheckIcon />
        </button>
      )}
    </div>
  )
}
