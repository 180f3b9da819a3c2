import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import busboy from 'busboy'
import { S3Error } from './s3-error.ts'

/** Bytes of names and values before the file. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
const MAX_FIELD_BYTES = 20_000

/**
 * Reads a `multipart/form-data` upload as a stream. It collects the fields before the file, passes the file to `take`
 * as it arrives, and ignores everything after the file. Resolves when the whole form was read and `take` has resolved.
 *
 * @param take receives the fields by lower-cased name, and the file; if it rejects, reading stops at once
 * @param undo receives the result of `take` if the form turns out to be broken after the file
 * @throws S3Error MalformedPOSTRequest, MaxPostPreDataLengthExceededError, InvalidArgument, or what `take` threw
 */
export async function readForm<T>(
  req: IncomingMessage,
  take: (fields: Map<string, string>, file: Readable, fileName: string) => Promise<T>,
  undo: (taken: T) => Promise<void>,
): Promise<T> {
  const form = parser(req)
  const fields = new Map<string, string>()
  let bytes = 0
  let taken: Promise<T> | undefined
  let refusal: { error: unknown } | undefined

  form.on('field', (name, value, info) => {
    if (taken) return
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
    if (bytes > MAX_FIELD_BYTES || info.nameTruncated || info.valueTruncated) {
      const message = 'Your POST request fields preceding the upload file were too large.'
      form.destroy(new S3Error('MaxPostPreDataLengthExceededError', message))
    }
    fields.set(name.toLowerCase(), value)
  })
  form.on('file', (name, file, info) => {
    // A form that ends too early fails the file before `take` has begun to read, and an `error` event without a
    // listener ends the process. A later read throws the same error.
    file.on('error', () => undefined)
    if (name.toLowerCase() !== 'file') return void form.destroy(notOneFile())
    taken = take(fields, file, info.filename ?? '')
    taken.catch((error: unknown) => {
      if (form.errored) return
      refusal = { error }
      form.destroy(error instanceof Error ? error : new Error(String(error)))
    })
  })

  try {
    await feed(req, form)
  } catch (error) {
    const [settled] = await Promise.allSettled([taken])
    if (settled.status === 'fulfilled' && settled.value !== undefined) await undo(settled.value)
    if (refusal) throw refusal.error
    if (error instanceof S3Error || req.errored) throw error
    throw malformed(error)
  }
  if (!taken) throw notOneFile()
  return await taken
}

/**
 * Writes the request into the parser. `pipeline` would destroy its source, the socket, and the client would never see
 * why it was refused.
 */
async function feed(req: IncomingMessage, form: busboy.Busboy): Promise<void> {
  const ended = finished(form)
  const drained = (): Promise<unknown> => Promise.race([once(form, 'drain'), ended])
  const sent = async (): Promise<void> => {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      if (form.destroyed) return
      if (!form.write(chunk)) await drained()
    }
    form.end()
  }
  const broken = (error: unknown): void => void form.destroy(error instanceof Error ? error : new Error(String(error)))
  await Promise.all([ended, sent().catch(broken)])
}

function parser(req: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: req.headers, defParamCharset: 'utf8', limits: { fieldSize: MAX_FIELD_BYTES, files: 1 } })
  } catch (error) {
    throw malformed(error)
  }
}

function malformed(cause: unknown): S3Error {
  return new S3Error('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.', {
    cause,
  })
}

function notOneFile(): S3Error {
  return new S3Error('InvalidArgument', 'POST requires exactly one file upload per request.')
}
