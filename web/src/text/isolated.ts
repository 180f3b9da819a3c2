import { direction } from '../language/locale.ts'

/** Letters that are written from right to left: Hebrew, Arabic and their kin. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802-\ud83b][\udc00-\udfff]/

/**
 * A name for a sentence that isn't HTML: a title, a placeholder. Its letters don't change the order of the words
 * around it. Where elements are possible, `<bdi>` does the same.
 */
export const isolated = (name: string): string =>
  RIGHT_TO_LEFT.test(name) || direction() === 'rtl' ? `\u2068${name}\u2069` : name
