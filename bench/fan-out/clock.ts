/** Returns epoch milliseconds with fractions. All processes run on one machine, so they read the same clock. */
export const now = (): number => performance.timeOrigin + performance.now()
