/** Reads each thing once per batch: a room that is created with a hundred members is read once, not a hundred times. */
export class BatchCache {
  /** By room, the users whose memberships have begun or ended according to the batch. */
  readonly usersOf: ReadonlyMap<string, ReadonlySet<string>>
  readonly #read = new Map<string, Promise<unknown>>()

  constructor(usersOf: ReadonlyMap<string, ReadonlySet<string>> = new Map()) {
    this.usersOf = usersOf
  }

  /** @param what the name of the read with its arguments; reads with the same name share one result */
  once<T>(what: string, read: () => Promise<T>): Promise<T> {
    const known = this.#read.get(what) as Promise<T> | undefined
    const reading = known ?? read()
    this.#read.set(what, reading)
    return reading
  }
}
