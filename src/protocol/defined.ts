/**
 * The properties that aren't undefined. Spread it into an object whose optional properties must be missing rather than
 * undefined, as `exactOptionalPropertyTypes` demands.
 *
 * @example readHistory(chatRoomId, { limit, ...defined({ after, before }) }, now)
 */
export function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
