import type { Log } from '../../local/contracts.ts'

/** For a runtime whose tests provoke what it would warn of. */
export const quietLog: Log = { info: () => {}, warn: () => {}, error: () => {} }
