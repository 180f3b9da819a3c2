import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { PostForm } from './post-form.ts'

/** The size of a chunk: small enough that a slow link shows progress within seconds. */
const CHUNK_BYTES = 16 * 1024

/**
 * Sends a form in Node. Doesn't use `fetch`, which reports no progress, and sends streams without the `content-length`
 * that S3 requires.
 */
export const postFormByHttp: PostForm = async (url, form, { onProgress, signal }) => {
  const encoded = new Response(form)
  const body = await encoded.blob()
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', 'content-length': body.size },
    ...(signal === undefined ? {} : { signal }),
  })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  // S3 may refuse the form and close the connection before it has read everything. Only its response counts.
  request.on('error', () => {})
  try {
    send(request, body, onProgress).catch(() => {})
    const [response] = await answered
    if (request.writableEnded) response.resume()
    else request.destroy()
    return response.statusCode ?? 0
  } catch (error) {
    throw signal?.aborted ? (signal.reason as Error) : error
  }
}

/** Writes the body chunk by chunk, and reports the progress whenever a chunk has been passed to the network. */
async function send(request: ClientRequest, body: Blob, onProgress: ((fraction: number) => void) | undefined) {
  for (let start = 0; start < body.size; start += CHUNK_BYTES) {
    const chunk = await body.slice(start, start + CHUNK_BYTES).arrayBuffer()
    await new Promise<void>((resolve, reject) => {
      request.write(new Uint8Array(chunk), (error) => (error ? reject(error) : resolve()))
    })
    onProgress?.(Math.min(1, (start + CHUNK_BYTES) / body.size))
  }
  request.end()
}
