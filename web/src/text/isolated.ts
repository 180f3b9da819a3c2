import { direction } from '../language/locale.ts'

/** Letters of scripts that are written from right to left, such as Hebrew and Arabic. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\ud802-\ud83b][\udc00-\udfff]/

/**
 * Returns a name for use in a sentence that isn't HTML, such as a title or a placeholder. The letters of the name then
 * don't change the order of the words around it. In HTML, use `<bdi>` instead.
 */
export const isolated = (name: string): string =>
  RIGHT_TO_LEFT.test(name) || direction() === 'rtl' ? `\u2068${name}\u2069` : name
