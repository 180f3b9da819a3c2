/** How long a message that was gone to stands out, ms. */
const SHOWN_MS = 3_000

/** Scrolls to a message, if it is on the page, and lets it stand out for a moment. */
export function showMessage(seq: number, within: ParentNode = document): void {
  const message = within.querySelector(`[data-seq="${seq}"]`)
  message?.scrollIntoView({ block: 'center' })
  message?.classList.add('is-shown')
  setTimeout(() => message?.classList.remove('is-shown'), SHOWN_MS)
}
