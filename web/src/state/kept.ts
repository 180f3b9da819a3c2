/** Texts by key, as the browser stores them. */
export interface KeptStrings {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
  keys(): string[]
}

/** Wraps a browser's storage. If the storage fails (private mode, full, forbidden), reads and writes have no effect. */
export function kept(storage: () => Omit<KeptStrings, 'keys'>): KeptStrings {
  const attempt = <T>(use: (storage: Omit<KeptStrings, 'keys'>) => T, otherwise: T): T => {
    try {
      return use(storage())
    } catch {
      return otherwise
    }
  }
  return {
    getItem: (key) => attempt((strings) => strings.getItem(key), null),
    setItem: (key, value) => attempt((strings) => strings.setItem(key, value), undefined),
    removeItem: (key) => attempt((strings) => strings.removeItem(key), undefined),
    keys: () => attempt((strings) => Object.keys(strings), []),
  }
}
