/** Returns the other users who have read a message. `read` has the `seq` up to which each user has read. */
export const readersOf = (read: Readonly<Record<string, number>>, seq: number, userId: string): string[] =>
  Object.entries(read).flatMap(([reader, readTo]) => (readTo >= seq && reader !== userId ? [reader] : []))
