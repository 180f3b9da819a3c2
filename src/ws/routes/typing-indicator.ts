import { typingIndicator } from '../actions/typing-indicator.ts'
import { route } from '../route.ts'

export const handler = route(typingIndicator)
