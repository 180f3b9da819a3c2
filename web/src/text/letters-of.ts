const MAX_SHOWN = 3

/** Lists the letters of a name that aren't on an English keyboard: `о U+043E`. Empty if there are none. */
export function lettersOf(name: string): string {
  const letters = [...new Set(name)].filter((letter) => /[^\p{ASCII}]/u.test(letter))
  const shown = letters.slice(0, MAX_SHOWN).map((letter) => `U+${codeOf(letter)}`)
  return shown.join(' ') + (letters.length > MAX_SHOWN ? ' …' : '')
}

const codeOf = (letter: string): string => letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
