import type { KeptStrings } from './kept.ts'
import { hashOf, type Route, routeFrom } from './route.ts'

/** The room or direct conversation that a user had open last. It survives a restart of the browser. */
export class LastPlace {
  readonly #strings: KeptStrings
  readonly #key: string

  constructor(strings: KeptStrings, userId: string) {
    this.#strings = strings
    this.#key = `tabletalk.place.${userId}`
  }

  get(): Route {
    return routeFrom(this.#strings.getItem(this.#key) ?? '')
  }

  set(route: Route): void {
    this.#strings.setItem(this.#key, hashOf(route))
  }

  clear(): void {
    this.#strings.removeItem(this.#key)
  }
}
