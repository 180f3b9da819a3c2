/**
 * Returns the properties that are not undefined. Spread the result into an object whose optional properties must be
 * missing instead of undefined, as `exactOptionalPropertyTypes` demands.
 *
 * @example readHistory(chatRoomId, { limit, ...defined({ after, before }) }, now)
 */
export function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
