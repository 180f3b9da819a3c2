import type { KeptStrings } from './kept.ts'

const KEY = 'tabletalk.signed-in'

/** The name or token of the user. It is stored per tab, so that two tabs can have two users. */
export class Identity {
  readonly #strings: KeptStrings

  constructor(strings: KeptStrings) {
    this.#strings = strings
  }

  /** Returns the user whom `?as=ada` names, otherwise the one who has signed in, or undefined if there is none. */
  initial(search: string): string | undefined {
    return new URLSearchParams(search).get('as')?.trim() || this.#strings.getItem(KEY) || undefined
  }

  keep(credential: string): void {
    this.#strings.setItem(KEY, credential)
  }

  forget(): void {
    this.#strings.removeItem(KEY)
  }
}

/** Returns the page's address without `?as=`, which would sign the user in again. */
export function withoutName(href: string): string {
  const url = new URL(href)
  url.searchParams.delete('as')
  return url.href
}
