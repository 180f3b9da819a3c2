import unhomoglyph from 'unhomoglyph'
import { printableName } from '../../../client/index.ts'

/** What `printableName` keeps where it is visible. */
const joiners = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The same text for names that look alike: `bob`, `bоb` with a Cyrillic letter and `ｂｏｂ` in full width. It is close to
 * the skeleton of UTS 39 (https://www.unicode.org/reports/tr39/#Confusable_Detection), for comparing, never for showing.
 */
export const confusableKey = (name: string): string =>
  unhomoglyph(printableName(name.normalize('NFKC')).replace(joiners, '').normalize('NFD')).normalize('NFD')
