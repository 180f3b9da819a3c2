/** A number of unread messages as text: `99+` above 99. */
export const countText = (count: number): string => (count > 99 ? '99+' : String(count))
