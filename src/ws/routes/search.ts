import { searchMessages } from '../actions/search-messages.ts'
import { route } from '../route.ts'

/** Separate from the other actions that read, because a search needs more of the table and of the processor. */
export const handler = route(searchMessages)
