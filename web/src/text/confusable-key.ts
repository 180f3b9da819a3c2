import unhomoglyph from 'unhomoglyph'

const ignorable = /[\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]/gu

/**
 * The same text for names that look alike: `bob`, `bоb` with a Cyrillic letter and `ｂｏｂ` in full width. It is close to
 * the skeleton of UTS 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection), for comparing, never for showing.
 */
export const confusableKey = (name: string): string =>
  unhomoglyph(name.normalize('NFKC').replace(ignorable, '').replace(/\s+/gu, ' ').trim().normalize('NFD')).normalize(
    'NFD',
  )
