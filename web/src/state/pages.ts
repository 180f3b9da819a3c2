import { Store } from '../../../client/react/index.ts'

export interface PagesState<T> {
  items: readonly T[]
  phase: 'loading' | 'ready' | 'failed'
  /** Why it failed. */
  error: unknown
  hasMore: boolean
}

interface Page<T> {
  items: readonly T[]
  /** For the page after it; undefined for the last one. */
  next: string | undefined
}

/** A list that is loaded page by page. */
export class Pages<T> extends Store<PagesState<T>> {
  readonly #ask: (from: string | undefined) => Promise<Page<T>>
  #next: string | undefined
  /** Raised when the list begins anew: pages that were requested before are ignored. */
  #generation = 0

  constructor(ask: (from: string | undefined) => Promise<Page<T>>) {
    super({ items: [], phase: 'loading', error: undefined, hasMore: false })
    this.#ask = ask
  }

  /** Loads the first page. What was shown stays until it is there. */
  async load(): Promise<void> {
    this.#generation += 1
    await this.#page(undefined, [])
  }

  /** Loads the next page. */
  async more(): Promise<void> {
    const { phase, hasMore, items } = this.get()
    if (phase === 'loading' || !hasMore) return
    await this.#page(this.#next, items)
  }

  /** Takes an entry off the list that is no longer there. */
  drop(isIt: (item: T) => boolean): void {
    this.patch({ items: this.get().items.filter((item) => !isIt(item)) })
  }

  async #page(from: string | undefined, before: readonly T[]): Promise<void> {
    const generation = this.#generation
    this.patch({ phase: 'loading', error: undefined })
    try {
      const { items, next } = await this.#ask(from)
      if (generation !== this.#generation) return
      this.#next = next
      this.set({ items: [...before, ...items], phase: 'ready', error: undefined, hasMore: next !== undefined })
    } catch (error) {
      if (generation === this.#generation) this.patch({ phase: 'failed', error })
    }
  }
}
