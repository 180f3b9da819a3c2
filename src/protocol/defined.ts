/**
 * The properties that aren't undefined, for a type whose properties may be missing: under `exactOptionalPropertyTypes`
 * such a property must not be there and undefined.
 *
 * @example readHistory(chatRoomId, { limit, ...defined({ after, before }) })
 */
export function defined<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
