import type { KeptStrings } from './kept.ts'
import { Store } from '../../../client/react/index.ts'

export interface Choices {
  /** Whether messages are shown on the desktop while the page is hidden; `ask` until the user has chosen. */
  notices: 'ask' | 'on' | 'off'
  /** Whether a sound is played when a message arrives while the page is hidden. */
  sound: 'on' | 'off'
  /** Whether others may see what this user has read. */
  receipts: 'shared' | 'private'
  /** How much space messages and conversations take. */
  density: 'comfortable' | 'compact'
  /** Whether the list only shows conversations with unread messages. */
  folded: boolean
}

const KEY = 'tabletalk.preferences'

const initial: Choices = { notices: 'ask', sound: 'off', receipts: 'shared', density: 'comfortable', folded: false }

/** The user's preferences in this browser. */
export class Preferences extends Store<Choices> {
  readonly #strings: KeptStrings

  constructor(strings: KeptStrings) {
    super(choicesIn(strings.getItem(KEY)))
    this.#strings = strings
  }

  choose(choices: Partial<Choices>): void {
    this.patch(choices)
    this.#strings.setItem(KEY, JSON.stringify(this.get()))
  }
}

function choicesIn(text: string | null): Choices {
  try {
    const { notices, sound, receipts, density, folded } = JSON.parse(text ?? '{}') as Partial<Choices>
    return {
      notices: notices === 'on' || notices === 'off' ? notices : initial.notices,
      sound: sound === 'on' ? sound : initial.sound,
      receipts: receipts === 'private' ? receipts : initial.receipts,
      density: density === 'compact' ? density : initial.density,
      folded: folded === true,
    }
  } catch {
    return initial
  }
}
