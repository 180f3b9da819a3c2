import { type Limits, matchesContentType, type Room } from '../../../client/index.ts'
import { fileType } from '../text/file-type.ts'
import { TOO_LARGE, TYPE_REFUSED } from '../text/problem-sentence.ts'
import { Store } from './store.ts'
import { isUnfit, UnfitFile } from './unfit-file.ts'

export interface UploadItem {
  id: string
  name: string
  size: number
  /** How much of the file is sent, 0 to 1. */
  fraction: number
  /** `waiting` for other uploads, `checking` when all is sent and the message isn't there yet, `refused` for good. */
  state: 'waiting' | 'sending' | 'checking' | 'failed' | 'refused'
  error: unknown
}

/** The limits that a file has to keep. */
export type UploadLimits = Pick<Limits, 'fileBytes' | 'contentTypes'>

interface Job {
  file: File
  controller: AbortController
}

/** How many files of one conversation are sent at the same time. */
const AT_ONCE = 3

/** Files on their way into a room. A file leaves the list when the room has its message. */
export class Uploads extends Store<readonly UploadItem[]> {
  readonly #room: () => Pick<Room, 'upload'> | undefined
  readonly #limits: () => UploadLimits | undefined
  readonly #jobs = new Map<string, Job>()
  #ids = 0

  /**
   * @param room returns undefined for a direct conversation without a message yet
   * @param limits returns what the deployment accepts; `undefined` for no check before the file is sent
   */
  constructor(room: () => Pick<Room, 'upload'> | undefined, limits: () => UploadLimits | undefined) {
    super([])
    this.#room = room
    this.#limits = limits
  }

  get areUnderWay(): boolean {
    return this.get().some(({ state }) => state !== 'failed' && state !== 'refused')
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      const id = `upload-${++this.#ids}`
      this.#jobs.set(id, { file, controller: new AbortController() })
      const { name, size } = file
      this.set([...this.get(), { id, name, size, fraction: 0, state: 'waiting', error: undefined }])
    }
    this.#next()
  }

  /** Cancels an upload, or removes a failed one from the list. */
  cancel(id: string): void {
    this.#jobs.get(id)?.controller.abort(new DOMException('cancelled', 'AbortError'))
    this.#remove(id)
  }

  retry(id: string): void {
    const job = this.#jobs.get(id)
    if (!job) return
    job.controller = new AbortController()
    this.#change(id, { state: 'waiting', fraction: 0, error: undefined })
    this.#next()
  }

  #next(): void {
    const active = this.get().filter(({ state }) => state === 'sending' || state === 'checking').length
    for (const { id } of this.get()
      .filter(({ state }) => state === 'waiting')
      .slice(0, AT_ONCE - active)) {
      this.#change(id, { state: 'sending' })
      // The list shows whether it failed.
      this.#send(id).catch(() => {})
    }
  }

  async #send(id: string): Promise<void> {
    const job = this.#jobs.get(id)!
    const { file, controller } = job
    const { signal } = controller
    try {
      const room = this.#room()
      if (!room) throw new Error('Say something first: the conversation begins with a message.')
      const contentType = await fitType(file, this.#limits())
      const onProgress = (fraction: number) =>
        this.#change(id, { fraction, state: fraction < 1 ? 'sending' : 'checking' })
      await room.upload(file, { contentType, signal, onProgress })
      this.#remove(id)
    } catch (error) {
      // A cancelled upload is no longer in the list.
      this.#change(id, { state: isUnfit(error) ? 'refused' : 'failed', error })
    }
    this.#next()
  }

  #change(id: string, fields: Partial<UploadItem>): void {
    this.set(this.get().map((item) => (item.id === id ? { ...item, ...fields } : item)))
  }

  #remove(id: string): void {
    this.#jobs.delete(id)
    this.set(this.get().filter((item) => item.id !== id))
  }
}

/**
 * Returns the media type to declare for a file.
 *
 * @throws UnfitFile when this deployment would refuse the file: it need not be sent to know
 */
async function fitType(file: File, limits: UploadLimits | undefined): Promise<string> {
  if (file.size === 0) throw new UnfitFile('This file is empty.')
  if (limits && file.size > limits.fileBytes) throw new UnfitFile(TOO_LARGE)
  const contentType = await fileType(file)
  const isAccepted = (type: string) => !limits || matchesContentType(type, limits.contentTypes)
  if (contentType === undefined || !isAccepted(contentType)) throw new UnfitFile(TYPE_REFUSED)
  return contentType
}
