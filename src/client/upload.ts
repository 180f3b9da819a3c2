import type { MessageEvent } from '../protocol/events.ts'
import { ChatError } from './errors.ts'
import { newId } from './new-id.ts'
import type { PostFormOptions } from './post-form.ts'
import type { RoomFeed } from './room-feed.ts'
import type { Session } from './session.ts'

export interface UploadOptions extends PostFormOptions {
  /** Default: the `File`'s name, otherwise `file`. */
  fileName?: string
  /** Default: the file's type without parameters, otherwise `application/octet-stream`. */
  contentType?: string
  /** Up to 2,048 bytes of UTF-8. */
  caption?: string
}

/** Asks for a form, sends it to the bucket, and waits until the room has the file's message. */
export async function uploadFile(
  session: Session,
  feed: RoomFeed,
  file: Blob,
  { fileName = nameOf(file), contentType = typeOf(file), caption, ...transfer }: UploadOptions,
): Promise<MessageEvent> {
  const { signal } = transfer
  signal?.throwIfAborted()
  const clientMessageId = newId()
  const { chatRoomId } = feed
  const { url, fields } = await session.patiently({
    action: 'handleFileUpload',
    chatRoomId,
    fileName,
    contentType,
    size: file.size,
    clientMessageId,
    ...(caption === undefined ? {} : { caption }),
  })
  signal?.throwIfAborted()
  const arrival = arrivalOf(feed, clientMessageId, signal)
  try {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', file, 'file')
    const status = await session.settings.postForm(url, form, transfer)
    if (status < 200 || status > 299) throw failure(`the bucket answered ${status}`)
    return await arrival.message
  } finally {
    arrival.stop()
  }
}

function arrivalOf(feed: RoomFeed, clientMessageId: string, signal: AbortSignal | undefined) {
  const stops: (() => void)[] = []
  const message = new Promise<MessageEvent>((resolve, reject) => {
    const abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort)
    stops.push(
      () => signal?.removeEventListener('abort', abort),
      feed.emitter.on('message', (event) => event.clientMessageId === clientMessageId && resolve(event)),
      feed.emitter.on('uploadFailed', (event) => {
        if (event.clientMessageId === clientMessageId) reject(failure(event.reason))
      }),
    )
  })
  // Nobody waits for it yet while the form is being sent.
  message.catch(() => {})
  return { message, stop: () => stops.forEach((stop) => stop()) }
}

const failure = (reason: string) => new ChatError('upload_failed', `unable to upload; ${reason}`)

const nameOf = (file: Blob): string => (file as Partial<File>).name ?? 'file'

const typeOf = (file: Blob): string => file.type.split(';')[0]!.trim().toLowerCase() || 'application/octet-stream'
