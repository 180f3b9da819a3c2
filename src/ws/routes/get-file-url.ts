import { getFileUrl } from '../actions/get-file-url.ts'
import { route } from '../route.ts'

export const handler = route(getFileUrl)
