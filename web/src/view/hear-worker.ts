import { Store } from '../../../client/react/index.ts'

/** The messages of the service worker. */
type Told = { kind: 'version'; entry: string } | { kind: 'open'; hash: string }

/** Whether there is another version of the page, which a reload would show. */
export const isOld = new Store(false)

/**
 * Listens to the service worker from the start of the page. If the page isn't signed in or connected yet, the place to
 * which the worker leads is kept in the address until then.
 */
export function hearWorker(): void {
  const { serviceWorker } = navigator as Partial<Navigator>
  serviceWorker?.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    if (data.kind === 'version') isOld.set(!isRunning(data.entry))
    else if (data.kind === 'open') window.location.hash = data.hash
  })
  serviceWorker?.startMessages()
}

/** Whether a script is the one that has started this page. `path` begins at the page's root. */
function isRunning(path: string): boolean {
  const { href } = new URL(path, document.baseURI)
  return [...document.scripts].some(({ src }) => src === href)
}
