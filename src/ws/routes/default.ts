import { route } from '../route.ts'

/** What selects no other route: a frame that is not JSON, that names no action, or names one that doesn't exist. */
export const handler = route()
