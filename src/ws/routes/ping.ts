import { ping } from '../actions/ping.ts'
import { route } from '../route.ts'

export const handler = route(ping)
