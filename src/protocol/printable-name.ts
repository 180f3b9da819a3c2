/**
 * What the name of a user, a room or a file may contain, so that no name looks like another text or like nothing. The
 * server, the page and the terminal use the same rules. All patterns run in time linear in the text.
 */

/**
 * Blanks: White_Space, and symbols without ink, which Unicode doesn't count as such: the empty Braille pattern, the
 * blanks of Egyptian hieroglyphs, and the note without a head. https://www.unicode.org/reports/tr44/
 */
const SPACE = '\\p{White_Space}\\u2800\\u{13441}\\u{13442}\\u{1d159}'

/**
 * Characters that show nothing by themselves: Default_Ignorable_Code_Point, which includes all bidi controls, and what
 * is not in it: marks of annotations, the joiners of Egyptian hieroglyphs and the filler of Khitan.
 */
const UNSEEN = '\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb\\u{13430}-\\u{1343b}\\u{16fe4}'

const EMOJI = '\\p{Extended_Pictographic}(?:\\p{Emoji_Modifier}|[\\ufe0e\\ufe0f])?'

let made: ReturnType<typeof makePatterns> | undefined

/** Made at the first use, because making them delays the start of a page on a slow phone. */
const patterns = () => (made ??= makePatterns())

function makePatterns() {
  /** Scripts in which a letter's form depends on joining to the next one. https://www.unicode.org/reports/tr31/#A1 */
  const JOINING = [
    ...['Adlam', 'Arabic', 'Hanifi_Rohingya', 'Mandaic', 'Manichaean', 'Mongolian', 'Nko', 'Phags_Pa', 'Sogdian'],
    ...['Psalter_Pahlavi', 'Syriac', 'Balinese', 'Bengali', 'Brahmi', 'Chakma', 'Devanagari', 'Grantha', 'Gujarati'],
    ...['Gurmukhi', 'Javanese', 'Kaithi', 'Kannada', 'Khmer', 'Malayalam', 'Meetei_Mayek', 'Modi', 'Myanmar', 'Newa'],
    ...['Oriya', 'Saurashtra', 'Sharada', 'Sinhala', 'Sundanese', 'Tai_Tham', 'Tamil', 'Telugu', 'Tibetan', 'Tirhuta'],
  ]
    .map((script) => `\\p{Script=${script}}`)
    .join('')

  /** Ignorable characters that change what is visible: they are parts of emoji and of words. */
  const visibleJoins = new RegExp(
    [
      // Flags of regions, such as Scotland's.
      '\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{3,6}\\u{e007f}',
      `${EMOJI}(?:\\u200d${EMOJI})*`,
      '[0-9#*]\\ufe0f\\u20e3',
      // After a joining mark, as at the end of a Malayalam word. Otherwise joiners are allowed only between letters.
      `(?=[${JOINING}])\\p{M}[\\u200c\\u200d]`,
      `(?=[${JOINING}])\\p{L}[\\u200c\\u200d](?=[${JOINING}])`,
      // Variants of Han and Mongolian characters, which occur in names of people.
      '\\p{Script=Han}[\\u{e0100}-\\u{e01ef}]',
      '(?=\\p{Script=Mongolian})\\p{L}[\\u180b-\\u180d\\u180f]',
    ].join('|'),
    'gu',
  )

  /** Everything that is not visible. */
  const blank = `[${SPACE}${UNSEEN}\\p{Cc}]`
  /** Characters that no name may contain: they are invisible, end the line, or reorder text. */
  const hidden = `[${UNSEEN}\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}]`

  return {
    visibleJoins,
    hidden: new RegExp(hidden, 'u'),
    hiddenOrJoin: new RegExp(`(${visibleJoins.source})|${hidden}`, 'gu'),
    blankEnd: new RegExp(`^${blank}|${blank}$`, 'u'),
    onlyBlanks: new RegExp(`^${blank}*$`, 'u'),
    spaces: new RegExp(`[${SPACE}\\p{Cc}]+`, 'gu'),
  }
}

/** Whether nothing in the text is visible: it has only blanks, line breaks, controls and what is invisible. */
export const showsNothing = (text: string): boolean => patterns().onlyBlanks.test(text)

/**
 * Whether a name shows exactly what it contains: it has no blank at its ends, no control, no bidi control, and nothing
 * invisible. Joiners are allowed where they are visible: between letters of scripts that join, and in emoji.
 */
export function isPrintableName(name: string): boolean {
  const bare = name.replace(patterns().visibleJoins, 'x')
  return bare !== '' && !patterns().hidden.test(bare) && !patterns().blankEnd.test(bare)
}

/**
 * Cleans a name from elsewhere, such as a file's or a token's, so that `isPrintableName` accepts it. Hidden characters
 * are left out. Each run of blanks becomes one space, because a long run would push the rest out of view.
 *
 * @returns the name; empty if nothing visible was in it
 */
export const printableName = (name: string): string =>
  name
    .replace(patterns().spaces, ' ')
    .replace(patterns().hiddenOrJoin, (_, join: string | undefined) => join ?? '')
    .replace(/ +/g, ' ')
    .trim()

/** Replaces hidden characters by `�`, for a reader who must see that they are there, as on a terminal. */
export const withHiddenMarked = (text: string): string =>
  text.replace(patterns().hiddenOrJoin, (_, join: string | undefined) => join ?? '\ufffd')
