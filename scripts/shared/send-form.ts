import type { Reply } from '../../src/protocol/actions.ts'

/** Sends a file with a signed form, as a browser does: the fields first, the file last. */
export function sendForm(
  form: Pick<Reply<'handleFileUpload'>, 'url' | 'fields'>,
  body: Uint8Array<ArrayBuffer> | string,
  changes: Record<string, string> = {},
): Promise<Response> {
  const data = new FormData()
  for (const [name, value] of Object.entries({ ...form.fields, ...changes })) data.append(name, value)
  data.append('file', new Blob([body]), 'file')
  return fetch(form.url, { method: 'POST', body: data })
}
