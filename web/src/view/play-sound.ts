/** The frequencies of two short notes, in Hz. */
const NOTES = [660, 880]
const NOTE_S = 0.12
const VOLUME = 0.08

/** Messages within this time share a sound. A sound that can't be played within this time is dropped. */
const REST_MS = 2_000

/** Browsers limit the number of audio contexts, so the page uses one. */
let shared: AudioContext | undefined
let askedAt = -Infinity

/**
 * Plays the sound of a message, at most once in two seconds. Browsers play no sound before the user has clicked or
 * typed on the page.
 *
 * @throws Error when the browser can't play sounds
 */
export function playSound(): void {
  const now = performance.now()
  if (now - askedAt < REST_MS) return
  askedAt = now
  const context = (shared ??= new AudioContext())
  // If necessary, this waits until the user has clicked or typed.
  context
    .resume()
    .then(() => {
      if (performance.now() - now < REST_MS) playNotes(context)
    })
    .catch(() => {})
}

function playNotes(context: AudioContext): void {
  const volume = new GainNode(context, { gain: VOLUME })
  volume.connect(context.destination)
  for (const [index, frequency] of NOTES.entries()) {
    const note = new OscillatorNode(context, { frequency })
    note.connect(volume)
    note.start(context.currentTime + index * NOTE_S)
    note.stop(context.currentTime + (index + 1) * NOTE_S)
    if (index === NOTES.length - 1) note.onended = () => volume.disconnect()
  }
}
