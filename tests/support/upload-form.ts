import type { Reply, Request } from '../../src/protocol/actions.ts'
import type { RawClient } from '../../scripts/shared/raw-client.ts'

type Form = Reply<'handleFileUpload'>

/** Asks for a form, by default for the PNG of one pixel. */
export const givenUpload = (
  client: RawClient,
  chatRoomId: string,
  more: Partial<Request<'handleFileUpload'>> = {},
): Promise<Form> =>
  client.request({
    action: 'handleFileUpload',
    chatRoomId,
    fileName: 'dot.png',
    contentType: 'image/png',
    size: png.length,
    ...more,
  })

/** Sends a file with a signed form, as a browser does: the fields first, the file last. */
export function sendForm(
  form: Pick<Form, 'url' | 'fields'>,
  body: Uint8Array<ArrayBuffer> | string,
  changes: Record<string, string> = {},
): Promise<Response> {
  const data = new FormData()
  for (const [name, value] of Object.entries({ ...form.fields, ...changes })) data.append(name, value)
  data.append('file', new Blob([body]), 'file')
  return fetch(form.url, { method: 'POST', body: data })
}

/** A PNG of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
