import { action } from '../action.ts'

/** Resets API Gateway's idle timer, as every frame does. Touches nothing. */
export const ping = action('ping', async () => ({ serverTime: Date.now() }))
