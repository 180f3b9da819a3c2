/** A queue that is an async iterator. It waits for more items until `end` is called. */
export class MessageStream<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = []
  readonly #takers: ((result: IteratorResult<T>) => void)[] = []
  readonly #onReturn: () => void
  #ended = false

  /** @param onReturn called when the application leaves its loop */
  constructor(onReturn: () => void) {
    this.#onReturn = onReturn
  }

  push(item: T): void {
    const taker = this.#takers.shift()
    if (taker) taker({ done: false, value: item })
    else this.#items.push(item)
  }

  /** Ends the iteration once the queued items have been taken. */
  end(): void {
    this.#ended = true
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined })
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return { done: false, value: this.#items.shift()! }
    if (this.#ended) return { done: true, value: undefined }
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  async return(): Promise<IteratorResult<T>> {
    this.#items.length = 0
    this.end()
    this.#onReturn()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Any number of iterators over the same items. Each begins with the items after it was opened. */
export class MessageStreams<T> {
  readonly #streams = new Set<MessageStream<T>>()

  open(): MessageStream<T> {
    const stream = new MessageStream<T>(() => this.#streams.delete(stream))
    this.#streams.add(stream)
    return stream
  }

  push(item: T): void {
    for (const stream of this.#streams) stream.push(item)
  }

  end(): void {
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
  }
}
