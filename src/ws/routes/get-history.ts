import { getHistory } from '../actions/get-history.ts'
import { route } from '../route.ts'

export const handler = route(getHistory)
