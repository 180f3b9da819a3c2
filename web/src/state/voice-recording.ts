import { words } from '../language/words.ts'
import { Store } from '../../../client/react/index.ts'

export interface RecordingState {
  /** `asking` until the user has allowed the microphone. */
  kind: 'asking' | 'recording' | 'done' | 'failed'
  /** When the recording began, epoch milliseconds of this device. */
  startedAt: number
  /** The recording, when the kind is `done`. */
  file: File | undefined
  /** A sentence that says why recording isn't possible. */
  sentence: string
}

/** The formats that browsers record, the smallest first. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4']

/** The bit rate, which is plenty for speech: 14 MB an hour. */
const BITS_PER_SECOND = 32_000

/** A recording ends after this time. */
const LONGEST_MS = 15 * 60_000

function sentenceFor(name: string): string {
  if (name === 'NotAllowedError') return words.media.microphoneForbidden
  return name === 'NotFoundError' ? words.media.noMicrophone : words.media.microphoneBroken
}

/** A voice message that is being recorded. */
export class VoiceRecording extends Store<RecordingState> {
  readonly #devices: Pick<MediaDevices, 'getUserMedia'>
  #recorder: MediaRecorder | undefined
  #isCancelled = false
  #end: ReturnType<typeof setTimeout> | undefined

  constructor(devices: Pick<MediaDevices, 'getUserMedia'>) {
    super({ kind: 'asking', startedAt: 0, file: undefined, sentence: '' })
    this.#devices = devices
  }

  async start(): Promise<void> {
    try {
      const stream = await this.#devices.getUserMedia({ audio: true })
      if (this.#isCancelled) return release(stream)
      this.#record(stream)
    } catch (error) {
      const { name } = error as DOMException
      this.patch({ kind: 'failed', sentence: sentenceFor(name) })
    }
  }

  /** Ends the recording. The state has the file soon after. */
  finish(): void {
    clearTimeout(this.#end)
    if (this.#recorder?.state === 'recording') this.#recorder.stop()
  }

  /** Ends the recording and discards it. */
  cancel(): void {
    this.#isCancelled = true
    this.finish()
  }

  #record(stream: MediaStream): void {
    const type = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
    const options = { audioBitsPerSecond: BITS_PER_SECOND, ...(type !== undefined && { mimeType: type }) }
    const recorder = new MediaRecorder(stream, options)
    const parts: Blob[] = []
    const startedAt = Date.now()
    recorder.ondataavailable = ({ data }) => parts.push(data)
    recorder.onstop = () => {
      release(stream)
      if (this.#isCancelled) return
      const [contentType = ''] = recorder.mimeType.split(';')
      this.patch({
        kind: 'done',
        file: new File(parts, nameOf(Date.now() - startedAt, contentType), { type: contentType }),
      })
    }
    this.#recorder = recorder
    recorder.start()
    this.patch({ kind: 'recording', startedAt })
    this.#end = setTimeout(() => this.finish(), LONGEST_MS)
  }
}

/** Ends the tracks of the microphone. Until then browsers show that it is on. */
function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** Returns a file name with the duration, because the files that browsers record don't contain it. */
function nameOf(ms: number, contentType: string): string {
  const seconds = Math.max(1, Math.round(ms / 1_000))
  const length = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${words.media.voiceMessage}, ${length}.${contentType.replace('audio/', '')}`
}
