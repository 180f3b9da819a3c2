import { handleFileUpload } from '../actions/handle-file-upload.ts'
import { route } from '../route.ts'

export const handler = route(handleFileUpload)
