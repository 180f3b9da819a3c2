/** Epoch milliseconds with fractions: the bench's processes are of one machine and read one clock. */
export const now = (): number => performance.timeOrigin + performance.now()
