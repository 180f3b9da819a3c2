import { sync } from '../actions/sync.ts'
import { route } from '../route.ts'

export const handler = route(sync)
