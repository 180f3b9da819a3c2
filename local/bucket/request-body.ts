import { decodeChunked } from './chunked-body.ts'
import { Digester, expectedDigests, type Digested } from './digests.ts'
import type { VerifiedExchange } from './exchange.ts'
import type { Incoming, ObjectStore } from './object-store.ts'
import { S3Error } from './s3-error.ts'

/** Most bytes of the document that completes a multipart upload. S3 allows 10,000 parts, about 1 MB. */
const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024

/** A request's bytes without their transfer framing, and the check that they match what the sender announced. */
interface RequestBody {
  chunks: AsyncIterable<Buffer>
  digester: Digester
  /** Call it after the last chunk. */
  finish: () => Digested
}

function requestBody({ headers, payload, req }: VerifiedExchange): RequestBody {
  // Without `destroyOnReturn: false` a refused body closes the socket, and the client never sees the reason.
  const raw = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  const expected = expectedDigests((name) => headers[name], Object.keys(headers))
  const trailers = new Map<string, string>()
  if (!payload.startsWith('STREAMING-')) {
    if (headers['content-length'] === undefined) {
      throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.')
    }
    const isHash = /^[0-9a-f]{64}$/.test(payload)
    if (!isHash && payload !== 'UNSIGNED-PAYLOAD') {
      throw new S3Error(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING- or a valid sha256 value.',
      )
    }
    const digester = new Digester({ ...expected, ...(isHash && { payloadSha256: payload }) })
    return { chunks: raw, digester, finish: () => digester.finish(trailers) }
  }
  if (payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') {
    throw new S3Error('NotImplemented', `The payload kind ${payload} is not emulated.`)
  }
  const length = headers['x-amz-decoded-content-length']
  if (length === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.')
  }
  const digester = new Digester(expected)
  return {
    chunks: decodeChunked(raw, trailers),
    digester,
    finish: () => {
      if (String(digester.size) !== length) {
        throw new S3Error(
          'IncompleteBody',
          'You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header',
        )
      }
      return digester.finish(trailers)
    },
  }
}

/**
 * Streams the body to disk. A refused body leaves no file.
 *
 * @throws S3Error of {@link Digester.finish} and {@link decodeChunked}
 */
export async function receiveBody(store: ObjectStore, exchange: VerifiedExchange): Promise<Incoming> {
  const body = requestBody(exchange)
  return store.receive(body.chunks, body.digester, body.finish)
}

/** Reads a small document as text. */
export async function readDocument(exchange: VerifiedExchange): Promise<string> {
  const body = requestBody(exchange)
  const chunks: Buffer[] = []
  for await (const chunk of body.chunks) {
    body.digester.update(chunk)
    if (body.digester.size > MAX_DOCUMENT_BYTES) {
      throw new S3Error('MaxMessageLengthExceeded', 'Your request was too large.')
    }
    chunks.push(chunk)
  }
  body.finish()
  return Buffer.concat(chunks).toString('utf8')
}
