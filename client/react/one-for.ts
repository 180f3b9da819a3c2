/**
 * Makes one thing for each client or room, when it is asked for first: all components share it, and it is there for as
 * long as what it is of.
 */
export function oneFor<Of extends object, T>(make: (of: Of) => T): (of: Of) => T {
  const made = new WeakMap<Of, T>()
  return (of) => {
    if (!made.has(of)) made.set(of, make(of))
    return made.get(of)!
  }
}
