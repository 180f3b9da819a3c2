/** Two short notes, Hz. */
const NOTES = [660, 880]
const NOTE_S = 0.12
const VOLUME = 0.08

/** Plays the sound of a message. Browsers play none before the user has clicked or typed something on the page. */
export function playSound(): void {
  const context = new AudioContext()
  const volume = new GainNode(context, { gain: VOLUME })
  volume.connect(context.destination)
  for (const [index, frequency] of NOTES.entries()) {
    const note = new OscillatorNode(context, { frequency })
    note.connect(volume)
    note.start(context.currentTime + index * NOTE_S)
    note.stop(context.currentTime + (index + 1) * NOTE_S)
    // A browser has few of them.
    if (index === NOTES.length - 1) note.onended = () => void context.close().catch(() => {})
  }
}
