import { sendMessage } from '../actions/send-message.ts'
import { route } from '../route.ts'

export const handler = route(sendMessage)
