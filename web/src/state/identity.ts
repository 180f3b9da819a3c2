import type { KeptStrings } from './kept.ts'

const KEY = 'tabletalk.signed-in'

/** Who this tab is: a name or a token, kept for the tab, so that two tabs can be two users. */
export class Identity {
  readonly #strings: KeptStrings

  constructor(strings: KeptStrings) {
    this.#strings = strings
  }

  /** `?as=ada` names the user of a tab; otherwise it is who has signed in. */
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

/** The page's address without the name of a user in it, who would be signed in again by it. */
export function withoutName(href: string): string {
  const url = new URL(href)
  url.searchParams.delete('as')
  return url.href
}
