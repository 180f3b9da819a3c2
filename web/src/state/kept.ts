/** As much of `Storage` as is used here. */
export interface KeptStrings {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A browser that keeps nothing (private, full, forbidden) has the page forget, not fail. */
export function kept(storage: () => KeptStrings): KeptStrings {
  const attempt = <T>(use: (storage: KeptStrings) => T, otherwise: T): T => {
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
  }
}
