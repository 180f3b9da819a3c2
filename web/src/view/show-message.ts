/** How long a message is highlighted after the user has gone to it. */
const SHOWN_MS = 3_000

/** Scrolls to a message if it is on the page, and highlights it for a moment. */
export function showMessage(seq: number, within: ParentNode = document): void {
  const message = within.querySelector(`[data-seq="${seq}"]`)
  message?.scrollIntoView({ block: 'center' })
  message?.classList.add('is-shown')
  setTimeout(() => message?.classList.remove('is-shown'), SHOWN_MS)
}
