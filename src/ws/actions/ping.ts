import { action } from '../action.ts'

/** Resets the idle timer. No table access. */
export const ping = action('ping', async () => ({ serverTime: Date.now() }))
