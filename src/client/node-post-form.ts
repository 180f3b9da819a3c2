import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { PostForm } from './post-form.ts'

/** `fetch` tells no progress, and a stream of its would go without the length that a bucket asks for. */
export const postFormByHttp: PostForm = async (url, form, { onProgress, signal }) => {
  const encoded = new Response(form)
  const body = await encoded.blob()
  const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: { 'content-type': encoded.headers.get('content-type') ?? '', 'content-length': body.size },
    ...(signal === undefined ? {} : { signal }),
  })
  let sent = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sent += chunk.length
      onProgress?.(sent / body.size)
      done(null, chunk)
    },
  })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  try {
    // A bucket may refuse before it has read everything, and close: its answer is what counts.
    const [[response]] = await Promise.all([
      answered,
      pipeline(Readable.fromWeb(body.stream() as never), counter, request).catch(() => answered),
    ])
    response.resume()
    return response.statusCode ?? 0
  } catch (error) {
    throw signal?.aborted ? (signal.reason as Error) : error
  }
}
