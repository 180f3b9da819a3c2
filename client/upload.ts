import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { sleep, Timer } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import type { Look } from './look.ts'
import type { MessageExtras } from './outbox-store.ts'
import { newId } from './new-id.ts'
import type { ResolvedOptions } from './options.ts'
import type { PostFormOptions } from './post-form.ts'
import type { RoomFeed } from './room-feed.ts'
import type { RequestFrame } from './request-frame.ts'
import { retry } from './retry.ts'
import type { RoomContext } from './room-context.ts'

/** The options of `room.upload`, with the optional fields of the file's message. */
export interface UploadOptions extends PostFormOptions, MessageExtras {
  /** The file name that people see, at most 255 characters. Default: the `File`'s name, otherwise `file`. */
  fileName?: string
  /** The media type. Default: the file's type without parameters, otherwise `application/octet-stream`. */
  contentType?: string
  /** A text to go with the file, at most `client.limits.captionBytes` (2,048) bytes of UTF-8. */
  caption?: string
  /** The size and the blur of a picture. Default: the result of the client's option `lookOf`. */
  look?: Look
}

type FormRequest = RequestFrame<'handleFileUpload'> & { clientMessageId: string }

/**
 * Requests a form, sends the file to the bucket with it, and waits for the file's message to arrive in the room. Each
 * step ends early when the message arrives, when the server refuses the file, when this user leaves the room, or when
 * `signal` is aborted.
 *
 * @throws ChatError see `Room.upload`; or the reason of `signal`
 */
export async function uploadFile(
  context: RoomContext,
  feed: RoomFeed,
  file: Blob,
  { caption, look, onProgress, signal, fileName, contentType, ...extras }: UploadOptions,
): Promise<MessageEvent> {
  signal?.throwIfAborted()
  // Programs without type checks pass paths and buffers.
  if (!(file instanceof Blob)) throw new ChatError('invalid_request', 'unable to upload; the file is no Blob or File')
  const request: FormRequest = {
    ...{ action: 'handleFileUpload', chatRoomId: feed.chatRoomId, clientMessageId: newId() },
    ...{ fileName: fileName ?? nameOf(file), contentType: contentType ?? typeOf(file), size: file.size },
    ...extras,
    ...(caption === undefined ? {} : { caption }),
    ...(look ?? (await lookOf(file, context.options))),
  }
  signal?.throwIfAborted()
  const progress = new Emitter<{ progress: number }>(context.options.onError)
  if (onProgress) progress.on('progress', onProgress)
  const over = new AbortController()
  const transfer = { onProgress: (fraction: number) => progress.emit('progress', fraction), signal: over.signal }
  try {
    return await Promise.race([
      arrival(feed, request.clientMessageId, over.signal, signal),
      deliver(context, request, file, transfer),
    ])
  } finally {
    over.abort()
  }
}

/**
 * Waits for the file's message to arrive in the room. Stops listening when `over` is aborted.
 *
 * @throws ChatError `upload_failed`, or `not_a_member` when this user leaves; or the reason of `given`
 */
function arrival(
  feed: RoomFeed,
  clientMessageId: string,
  over: AbortSignal,
  given: AbortSignal | undefined,
): Promise<MessageEvent> {
  return new Promise<MessageEvent>((resolve, reject) => {
    const stops = [
      feed.emitter.on('message', (event) => event.clientMessageId === clientMessageId && resolve(event)),
      feed.emitter.on('uploadFailed', (event) => {
        if (event.clientMessageId === clientMessageId) reject(failure(event.reason, event.reason))
      }),
    ]
    over.addEventListener('abort', () => stops.forEach((stop) => stop()), { once: true })
    for (const ending of [given, feed.untilLeft]) {
      ending?.addEventListener('abort', () => reject(ending.reason as Error), { once: true, signal: over })
    }
  })
}

/**
 * Sends the file to the bucket, and gives `arrival` the time to see its message. Never resolves.
 *
 * @throws ChatError `upload_failed`, or `timeout` when the message doesn't arrive
 */
async function deliver(
  context: RoomContext,
  request: FormRequest,
  file: Blob,
  transfer: Required<PostFormOptions>,
): Promise<never> {
  const { options } = context
  let sent = false
  let form: Reply<'handleFileUpload'> | undefined
  const prepare = async () => {
    try {
      form = await context.patiently(request, transfer.signal)
    } catch (error) {
      // An older server replies `conflict` if the bucket has the file from an earlier attempt whose response was lost.
      if (!sent || !(error instanceof ChatError && error.code === 'conflict')) throw error
      form = undefined
    }
  }
  const attempt = async () => {
    sent = true
    // A reply with a `messageId` says that an earlier attempt has arrived.
    if (form && form.messageId === undefined) await post(options, form, file, transfer)
  }
  await retry(attempt, options, { prepare, signal: transfer.signal })
  await sleep(options.clock, options.arrivalTimeoutMs, transfer.signal)
  throw new ChatError('timeout', 'unable to find the message of the uploaded file; it may still come', true)
}

async function post(
  { postForm, clock, uploadIdleMs }: ResolvedOptions,
  { url, fields }: Reply<'handleFileUpload'>,
  file: Blob,
  transfer: Required<PostFormOptions>,
): Promise<void> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file, 'file')
  const idle = new Timer(clock)
  const over = new AbortController()
  const end = () => over.abort(transfer.signal.reason)
  transfer.signal.addEventListener('abort', end, { once: true, signal: over.signal })
  const idleAgain = () => idle.start(uploadIdleMs, () => over.abort(new Error(`no progress in ${uploadIdleMs} ms`)))
  let furthest = 0
  const onProgress = (fraction: number) => {
    if (fraction > furthest) idleAgain()
    furthest = Math.max(furthest, fraction)
    transfer.onProgress(fraction)
  }
  // A `postForm` from the application may ignore the signal.
  const ended = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(over.signal.reason as Error), { once: true })
  })
  idleAgain()
  const sent = Promise.race([ended, postForm(url, form, { onProgress, signal: over.signal })])
  const status = await sent
    .catch((error: unknown) => {
      throw Object.assign(failure('no_answer', 'the bucket did not answer', true), { cause: error })
    })
    .finally(() => {
      idle.stop()
      transfer.signal.removeEventListener('abort', end)
    })
  if (status < 200 || status > 299) throw failure('refused', `the bucket answered ${status}`, status >= 500)
}

const failure = (reason: ChatError['reason'], why: string, retryable = false) =>
  new ChatError('upload_failed', `unable to upload; ${why}`, retryable, { reason })

/** Returns the look of a file. An error is reported and doesn't stop the upload. */
async function lookOf(file: Blob, options: ResolvedOptions): Promise<Look> {
  try {
    return (await options.lookOf?.(file)) ?? {}
  } catch (error) {
    options.onError(error)
    return {}
  }
}

const nameOf = (file: Blob): string => (file as Partial<File>).name ?? 'file'

const typeOf = (file: Blob): string => file.type.split(';')[0]!.trim().toLowerCase() || 'application/octet-stream'
