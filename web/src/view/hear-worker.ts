import { Store } from '../../../client/react/index.ts'

/** What the service worker tells. */
type Told = { kind: 'version'; entry: string } | { kind: 'open'; hash: string }

/** Whether there is another version of the page than this one, which a reload would bring. */
export const isOld = new Store(false)

/**
 * Listens to the service worker, also of other tabs, from the start: where it leads a page that isn't signed in or
 * connected yet is kept until then, in the address.
 */
export function hearWorker(): void {
  const { serviceWorker } = navigator as Partial<Navigator>
  serviceWorker?.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data.kind === 'version') isOld.set(!isRunning(data.entry))
    else if (data.kind === 'open') window.location.hash = data.hash
  })
  serviceWorker?.startMessages()
}

/** Whether a script is the one that has started this page. @param path from the page's root */
function isRunning(path: string): boolean {
  const { href } = new URL(path, document.baseURI)
  return [...document.scripts].some(({ src }) => src === href)
}
