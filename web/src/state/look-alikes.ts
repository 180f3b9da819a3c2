import { Store } from '../../../client/react/index.ts'

/** Returns the same text for names that look alike. */
type KeyOf = (name: string) => string

/** The ids with a name that looks like the name of another id. */
export class LookAlikes extends Store<ReadonlySet<string>> {
  readonly #load: () => Promise<KeyOf>
  readonly #names = new Map<string, readonly string[]>()
  readonly #keys = new Map<string, string>()
  #keyOf: KeyOf | undefined
  #isLoading = false
  #isDue = false

  /** @param load loads the table of similar letters. It is large, so it is only loaded when there are two names */
  constructor(load: () => Promise<KeyOf>) {
    super(new Set())
    this.#load = load
  }

  /** @param names all names of the id */
  add(id: string, ...names: string[]): void {
    if (this.#names.get(id)?.join('\n') === names.join('\n')) return
    this.#names.set(id, names)
    this.#compareSoon()
  }

  delete(id: string): void {
    if (this.#names.delete(id)) this.#compareSoon()
  }

  /** Compares the names after a moment, because many names arrive at the same time. */
  #compareSoon(): void {
    if (this.#isDue || this.#names.size < 2) return
    this.#isDue = true
    queueMicrotask(() => {
      this.#isDue = false
      if (this.#keyOf) this.#compare(this.#keyOf)
      else this.#start()
    })
  }

  #compare(keyOf: KeyOf): void {
    const byKey = new Map<string, Set<string>>()
    for (const [id, names] of this.#names) {
      for (const name of names) {
        const key = this.#keys.get(name) ?? keyOf(name)
        this.#keys.set(name, key)
        byKey.set(key, (byKey.get(key) ?? new Set()).add(id))
      }
    }
    const found = new Set([...byKey.values()].filter((ids) => ids.size > 1).flatMap((ids) => [...ids]))
    const before = this.get()
    if (found.size !== before.size || [...found].some((id) => !before.has(id))) this.set(found)
  }

  #start(): void {
    if (this.#isLoading) return
    this.#isLoading = true
    this.#load().then(
      (keyOf) => {
        this.#keyOf = keyOf
        this.#compare(keyOf)
      },
      // Without the table, names are shown without hints. The next name loads it again.
      () => (this.#isLoading = false),
    )
  }
}
