import { searchMessages } from '../actions/search-messages.ts'
import { route } from '../route.ts'

/** Apart from other actions that read, because it asks for more of the table, and of the processor. */
export const handler = route(searchMessages)
