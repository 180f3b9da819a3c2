import { decodeChunked } from './chunked-body.ts'
import { Digester, expectedDigests, type Digested } from './digests.ts'
import type { BucketContext, VerifiedExchange } from './exchange.ts'
import type { Incoming } from './object-store.ts'
import { S3Error } from './s3-error.ts'

/** Bytes: tagging and complete-multipart documents. S3 allows 10,000 parts, about 1 MB. */
const MAX_DOCUMENT_BYTES = 2 * 1024 * 1024

/** A request's bytes without their transfer framing, and the check that they are what the sender says. */
interface RequestBody {
  chunks: AsyncIterable<Buffer>
  digester: Digester
  /** To be called after the last chunk. */
  finish: () => Digested
}

function requestBody(context: BucketContext, exchange: VerifiedExchange): RequestBody {
  const { headers, verified, req } = exchange
  // Without `destroyOnReturn: false` a refused body closes the socket, and the client never reads why.
  const raw = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  const expected = expectedDigests((name) => headers[name], Object.keys(headers))
  const trailers = new Map<string, string>()
  if (!verified.payload.startsWith('STREAMING-')) {
    if (headers['content-length'] === undefined) {
      throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.')
    }
    const isHash = /^[0-9a-f]{64}$/.test(verified.payload)
    if (!isHash && verified.payload !== 'UNSIGNED-PAYLOAD') {
      throw new S3Error(
        'InvalidArgument',
        'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING- or a valid sha256 value.',
      )
    }
    const digester = new Digester({ ...expected, ...(isHash && { payloadSha256: verified.payload }) })
    return { chunks: raw, digester, finish: () => digester.finish(trailers) }
  }
  if (!/^STREAMING-(AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?|UNSIGNED-PAYLOAD-TRAILER)$/.test(verified.payload)) {
    throw new S3Error('NotImplemented', `The payload kind ${verified.payload} is not emulated.`)
  }
  const length = headers['x-amz-decoded-content-length']
  if (length === undefined) {
    throw new S3Error('MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.')
  }
  const digester = new Digester(expected)
  return {
    chunks: decodeChunked(raw, verified, context.signer, trailers),
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

/** Streams the body to disk. Throws what {@link Digester.finish} and the framing's decoder throw; nothing is left then. */
export async function receiveBody(context: BucketContext, exchange: VerifiedExchange): Promise<Incoming> {
  const body = requestBody(context, exchange)
  return context.store.receive(body.chunks, body.digester, body.finish)
}

/** A small document as text. */
export async function readDocument(context: BucketContext, exchange: VerifiedExchange): Promise<string> {
  const body = requestBody(context, exchange)
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
