import { action } from '../action.ts'

/** Resets API Gateway's idle timer, as every frame does. Reads and writes nothing. */
export const ping = action('ping', async () => ({ serverTime: Date.now() }))
