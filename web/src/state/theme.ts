import type { KeptStrings } from './kept.ts'
import { Store } from '../../../client/react/index.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const KEY = 'tabletalk.theme'

/** The theme that the user has chosen: light, dark, or that of the device. */
export class ThemeChoice extends Store<Theme> {
  readonly #strings: KeptStrings

  constructor(strings: KeptStrings) {
    const chosen = strings.getItem(KEY)
    super(themes.find((theme) => theme === chosen) ?? 'system')
    this.#strings = strings
  }

  choose(theme: Theme): void {
    this.#strings.setItem(KEY, theme)
    this.set(theme)
  }
}
