import type { Log } from '../../local/contracts.ts'

/** For a runtime whose tests provoke warnings. */
export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
