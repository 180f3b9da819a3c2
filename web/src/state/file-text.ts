/** The most bytes of a text that are shown. */
const MAX_BYTES = 256 * 1_024

/** The beginning of a file that is a text. */
export interface FileText {
  text: string
  /** Whether the file is longer than `text`. */
  isCut: boolean
}

/**
 * Reads the beginning of a text file.
 *
 * @param fetchFile the browser's `fetch`
 * @throws Error when the bucket doesn't respond with the file
 */
export async function readFileText(url: string, fetchFile: typeof fetch, signal: AbortSignal): Promise<FileText> {
  const response = await fetchFile(url, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' })
  if (!response.ok || !response.body) {
    await response.text()
    throw new Error(`unable to read the file; the bucket answered ${response.status}`)
  }
  const reader = response.body.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  let isCut = false
  while (!isCut) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    size += value.length
    isCut = size > MAX_BYTES
  }
  if (isCut) await reader.cancel()
  const bytes = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()).subarray(0, MAX_BYTES)
  const isUtf16 = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe)
  const encoding = !isUtf16 ? 'utf-8' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-16le'
  // With `stream`, a character that is cut off at the end is left out.
  return { text: new TextDecoder(encoding).decode(bytes, { stream: isCut }), isCut }
}
