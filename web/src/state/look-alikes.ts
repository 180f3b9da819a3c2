import { Store } from './store.ts'

/** Returns the same text for names that look alike. */
type KeyOf = (name: string) => string

/** The ids whose names look like the name of another id. */
export class LookAlikes extends Store<ReadonlySet<string>> {
  readonly #load: () => Promise<KeyOf>
  readonly #names = new Map<string, string>()
  #keyOf: KeyOf | undefined
  #isLoading = false

  /** @param load loads the table of letters, which is large: it is needed when there are two names */
  constructor(load: () => Promise<KeyOf>) {
    super(new Set())
    this.#load = load
  }

  add(id: string, name: string): void {
    if (this.#names.get(id) === name) return
    this.#names.set(id, name)
    this.#compare()
  }

  delete(id: string): void {
    if (this.#names.delete(id)) this.#compare()
  }

  #compare(): void {
    if (this.#names.size < 2) return
    if (!this.#keyOf) return this.#start()
    const byKey = new Map<string, string[]>()
    for (const [id, name] of this.#names) {
      const key = this.#keyOf(name)
      byKey.set(key, [...(byKey.get(key) ?? []), id])
    }
    const found = [...byKey.values()].filter((ids) => ids.length > 1).flat()
    const before = this.get()
    if (found.length !== before.size || found.some((id) => !before.has(id))) this.set(new Set(found))
  }

  #start(): void {
    if (this.#isLoading) return
    this.#isLoading = true
    this.#load().then(
      (keyOf) => {
        this.#keyOf = keyOf
        this.#compare()
      },
      // Without the table, names stand without a hint; the next name loads it.
      () => (this.#isLoading = false),
    )
  }
}
