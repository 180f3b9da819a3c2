/** Two short notes, Hz. */
const NOTES = [660, 880]
const NOTE_S = 0.12
const VOLUME = 0.08

/** Many messages at once are one sound, and one that can't be heard within that time isn't played later, ms. */
const REST_MS = 2_000

/** A browser has few of them, so the page has one. */
let shared: AudioContext | undefined
let askedAt = -Infinity

/**
 * Plays the sound of a message, at most once in two seconds. Browsers play none before the user has clicked or typed
 * something on the page.
 *
 * @throws where the browser has no sound
 */
export function playSound(): void {
  const now = performance.now()
  if (now - askedAt < REST_MS) return
  askedAt = now
  const context = (shared ??= new AudioContext())
  // Waits until the user does something, if need be.
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
