import { Store } from '../../../client/react/index.ts'

export interface PagesState<T> {
  items: readonly T[]
  phase: 'loading' | 'ready' | 'failed'
  /** Why loading has failed. */
  error: unknown
  hasMore: boolean
}

interface Page<T> {
  items: readonly T[]
  /** The cursor of the next page; undefined for the last page. */
  next: string | undefined
}

/** A list that is loaded page by page. */
export class Pages<T> extends Store<PagesState<T>> {
  readonly #ask: (from: string | undefined) => Promise<Page<T>>
  #next: string | undefined
  /** Increased when the list is loaded anew. Pages that were requested before that are ignored. */
  #generation = 0

  constructor(ask: (from: string | undefined) => Promise<Page<T>>) {
    super({ items: [], phase: 'loading', error: undefined, hasMore: false })
    this.#ask = ask
  }

  /** Loads the first page. The former items stay until it has arrived. */
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

  /** Removes items that no longer exist from the list. */
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
