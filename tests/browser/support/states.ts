import type { Person } from './person.ts'

/**
 * Collects the states in which own messages are shown from now on, each once and in order, such as `Sending`, `Sent`.
 */
export async function statesOf({ page, log }: Person): Promise<() => Promise<string[]>> {
  const states = await log.evaluateHandle((element: Log) => {
    const seen = new Set<string>()
    const look = () => {
      for (const state of element.querySelectorAll('.state')) seen.add(state.getAttribute('aria-label') ?? '')
    }
    new MutationObserver(look).observe(element, { childList: true, subtree: true, attributes: true })
    return seen
  })
  return () => page.evaluate((seen) => [...seen], states)
}

// As much of the browser as is used here: the compiler is set to Node's types.
interface Log {
  querySelectorAll(selector: string): Iterable<{ getAttribute(name: string): string | null }>
}
declare const MutationObserver: new (callback: () => void) => { observe(target: Log, what: object): void }
