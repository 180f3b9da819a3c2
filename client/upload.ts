import type { Reply } from '../src/protocol/actions.ts'
import type { MessageEvent } from '../src/protocol/events.ts'
import { sleep } from './clock.ts'
import { Emitter } from './emitter.ts'
import { ChatError } from './errors.ts'
import { newId } from './new-id.ts'
import { tryPatiently } from './patience.ts'
import type { PostFormOptions } from './post-form.ts'
import type { RoomFeed } from './room-feed.ts'
import type { Session } from './session.ts'
import type { Frame } from './wire.ts'

export interface UploadOptions extends PostFormOptions {
  /** Default: the `File`'s name, otherwise `file`. */
  fileName?: string
  /** Default: the file's type without parameters, otherwise `application/octet-stream`. */
  contentType?: string
  /** Up to 2,048 bytes of UTF-8. */
  caption?: string
}

type FormRequest = Frame<'handleFileUpload'> & { clientMessageId: string }

/**
 * Asks for a form, sends it to the bucket, and waits until the room has the file's message. Whatever it is at, it ends
 * when the message comes, when the server refuses the file, when the user leaves the room, and when `signal` says so.
 */
export async function uploadFile(
  session: Session,
  feed: RoomFeed,
  file: Blob,
  { fileName = nameOf(file), contentType = typeOf(file), caption, onProgress, signal }: UploadOptions,
): Promise<MessageEvent> {
  signal?.throwIfAborted()
  const request: FormRequest = {
    ...{ action: 'handleFileUpload', chatRoomId: feed.chatRoomId, clientMessageId: newId() },
    ...{ fileName, contentType, size: file.size },
    ...(caption === undefined ? {} : { caption }),
  }
  const progress = new Emitter<{ progress: number }>(session.settings.onError)
  if (onProgress) progress.on('progress', onProgress)
  const over = new AbortController()
  const transfer = { onProgress: (fraction: number) => progress.emit('progress', fraction), signal: over.signal }
  try {
    return await Promise.race([
      arrival(feed, request.clientMessageId, over.signal, signal),
      deliver(session, request, file, transfer),
    ])
  } finally {
    over.abort()
  }
}

/** The message of the file, or what came in its way; nothing any more once it is `over`. */
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
        if (event.clientMessageId === clientMessageId) reject(failure(event.reason))
      }),
    ]
    over.addEventListener('abort', () => stops.forEach((stop) => stop()), { once: true })
    for (const ending of [given, feed.untilLeft]) {
      ending?.addEventListener('abort', () => reject(ending.reason as Error), { once: true, signal: over })
    }
  })
}

/** Has the bucket take the file. @throws ChatError `timeout` when the message doesn't follow */
async function deliver(
  session: Session,
  request: FormRequest,
  file: Blob,
  transfer: Required<PostFormOptions>,
): Promise<never> {
  const { settings } = session
  let sent = false
  const askForForm = async () => {
    try {
      return await session.patiently(request, transfer.signal)
    } catch (error) {
      // The bucket has it from a try whose answer was lost.
      if (sent && error instanceof ChatError && error.code === 'conflict') return undefined
      throw error
    }
  }
  const send = async (form: Reply<'handleFileUpload'> | undefined) => {
    sent = true
    if (form) await post(session, form, file, transfer)
  }
  await tryPatiently(askForForm, send, settings, transfer.signal)
  await sleep(settings.clock, settings.arrivalTimeoutMs, transfer.signal)
  throw new ChatError('timeout', 'unable to find the message of the uploaded file; it may still come', true)
}

async function post(
  { settings }: Session,
  { url, fields }: Reply<'handleFileUpload'>,
  file: Blob,
  transfer: PostFormOptions,
): Promise<void> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file, 'file')
  const status = await settings.postForm(url, form, transfer).catch((error: unknown) => {
    throw Object.assign(failure('the bucket did not answer', true), { cause: error })
  })
  if (status < 200 || status > 299) throw failure(`the bucket answered ${status}`, status >= 500)
}

const failure = (reason: string, retryable = false) =>
  new ChatError('upload_failed', `unable to upload; ${reason}`, retryable)

const nameOf = (file: Blob): string => (file as Partial<File>).name ?? 'file'

const typeOf = (file: Blob): string => file.type.split(';')[0]!.trim().toLowerCase() || 'application/octet-stream'
