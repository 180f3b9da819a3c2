import { numberText } from '../language/locale.ts'

/** A number of unread messages as text: `99+` above 99, `50+` where there may be more than 50. */
export const countText = (count: number, hasMore = false): string =>
  count > 99 ? `${numberText(99)}+` : `${numberText(count)}${hasMore ? '+' : ''}`
