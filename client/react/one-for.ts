/**
 * Returns a function that makes one value for each object, such as a client or a room, at the first call. All
 * components share the value, which is kept for as long as the object.
 */
export function oneFor<Of extends object, T>(make: (of: Of) => T): (of: Of) => T {
  const made = new WeakMap<Of, T>()
  return (of) => {
    if (!made.has(of)) made.set(of, make(of))
    return made.get(of)!
  }
}
