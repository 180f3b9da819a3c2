import { type Limits, matchesContentType, type MessageExtras, type Room } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import { ToldError } from '../text/told-error.ts'
import { fileType, isPicture } from '../text/file-type.ts'
import { Store } from '../../../client/react/index.ts'
import { isUnfit, UnfitFile } from './unfit-file.ts'

export interface UploadItem {
  id: string
  name: string
  size: number
  /** The media type according to the operating system; may be empty. */
  type: string
  /** How much of the file is sent, 0 to 1. */
  fraction: number
  /**
   * `staged`: until the user sends the file. `waiting`: for other uploads. `checking`: the file is sent, and its
   * message hasn't arrived yet. `refused`: another attempt would be refused too.
   */
  state: 'staged' | 'waiting' | 'sending' | 'checking' | 'failed' | 'refused'
  /** The address of a staged picture or sound. */
  preview: string | undefined
  error: unknown
}

/** The limits for files. */
export type UploadLimits = Pick<Limits, 'fileBytes' | 'contentTypes'>

/** The optional fields of a file's message. */
export type UploadExtras = Omit<MessageExtras, 'threadId'> & { caption?: string }

interface Job {
  file: File
  controller: AbortController
  extras: UploadExtras
  /** The file whose message comes before this one's, unless it fails. */
  after?: string | undefined
}

/** How many files of one conversation are sent at the same time. */
const AT_ONCE = 3

/** The uploads to a room or to one of its threads. A file is removed from the list when its message has arrived. */
export class Uploads extends Store<readonly UploadItem[]> {
  readonly #room: () => Pick<Room, 'upload'> | undefined
  readonly #limits: () => UploadLimits | undefined
  readonly #jobs = new Map<string, Job>()
  #ids = 0

  /**
   * @param room returns the room or the thread, or undefined for a direct conversation without a message yet
   * @param limits returns the deployment's limits, or undefined to send files without checking them first
   */
  constructor(room: () => Pick<Room, 'upload'> | undefined, limits: () => UploadLimits | undefined) {
    super([])
    this.#room = room
    this.#limits = limits
  }

  /** Whether files would be lost if the page were closed now, including staged ones. */
  get areUnderWay(): boolean {
    return this.get().some(({ state }) => state !== 'failed' && state !== 'refused')
  }

  /** Sends files. */
  add(files: Iterable<File>, extras: UploadExtras = {}): void {
    for (const file of files) this.#list(file, 'waiting', extras)
    this.#next()
  }

  /** Shows files to the user, who sends them with `sendStaged`, or removes them. */
  stage(files: Iterable<File>): void {
    for (const file of files) {
      const id = this.#list(file, 'staged', {})
      fitType(file, this.#limits()).then(
        (contentType) => {
          const isShown = isPicture(contentType) || contentType.startsWith('audio/')
          if (isShown && this.#jobs.has(id)) this.#change(id, { preview: URL.createObjectURL(file) })
        },
        (error: unknown) => this.#change(id, { state: 'refused', error }),
      )
    }
  }

  /** Moves a staged file before its predecessor. */
  moveEarlier(id: string): void {
    const items = [...this.get()]
    const index = items.findIndex((item) => item.id === id)
    const before = items.findLastIndex(({ state }, i) => state === 'staged' && i < index)
    if (before < 0) return
    items.splice(before, 0, ...items.splice(index, 1))
    this.set(items)
  }

  /**
   * Sends the staged files one after the other, so that their messages have this order.
   *
   * @param first the fields of the first file's message only
   * @param extras the fields of every file's message
   */
  sendStaged(first: UploadExtras, extras: UploadExtras = {}): void {
    const staged = this.get().filter(({ state }) => state === 'staged')
    for (const [index, { id }] of staged.entries()) {
      const job = this.#jobs.get(id)!
      job.extras = index === 0 ? { ...extras, ...first } : extras
      job.after = staged[index - 1]?.id
      this.#change(id, { state: 'waiting' })
    }
    this.#next()
  }

  /** Cancels an upload, or removes a staged or failed one from the list. */
  cancel(id: string): void {
    this.#jobs.get(id)?.controller.abort(new DOMException('cancelled', 'AbortError'))
    this.#remove(id)
    this.#next()
  }

  retry(id: string): void {
    const job = this.#jobs.get(id)
    if (!job) return
    job.controller = new AbortController()
    this.#change(id, { state: 'waiting', fraction: 0, error: undefined })
    this.#next()
  }

  #list(file: File, state: UploadItem['state'], extras: UploadExtras): string {
    const id = `upload-${++this.#ids}`
    this.#jobs.set(id, { file, controller: new AbortController(), extras })
    const { name, size, type } = file
    this.set([...this.get(), { id, name, size, type, fraction: 0, state, preview: undefined, error: undefined }])
    return id
  }

  #next(): void {
    const active = this.get().filter(({ state }) => state === 'sending' || state === 'checking').length
    for (const { id } of this.get()
      .filter(({ id, state }) => state === 'waiting' && !this.#isOnItsWay(this.#jobs.get(id)!.after))
      .slice(0, AT_ONCE - active)) {
      this.#change(id, { state: 'sending' })
      // The list shows a failure.
      this.#send(id).catch(() => {})
    }
  }

  #isOnItsWay(id: string | undefined): boolean {
    const state = this.get().find((item) => item.id === id)?.state
    return state === 'waiting' || state === 'sending' || state === 'checking'
  }

  async #send(id: string): Promise<void> {
    const job = this.#jobs.get(id)!
    const { file, controller, extras } = job
    const { signal } = controller
    try {
      const room = this.#room()
      if (!room) throw new ToldError(words.saySomethingFirst)
      const contentType = await fitType(file, this.#limits())
      const onProgress = (fraction: number) =>
        this.#change(id, { fraction, state: fraction < 1 ? 'sending' : 'checking' })
      await room.upload(file, { ...extras, contentType, signal, onProgress })
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
    for (const item of this.get()) if (item.id === id && item.preview !== undefined) URL.revokeObjectURL(item.preview)
    this.set(this.get().filter((item) => item.id !== id))
  }
}

/**
 * Returns the media type to declare for a file.
 *
 * @throws UnfitFile when this deployment would refuse the file
 */
async function fitType(file: File, limits: UploadLimits | undefined): Promise<string> {
  if (file.size === 0) throw new UnfitFile(words.fileEmpty)
  if (limits && file.size > limits.fileBytes) throw new UnfitFile(words.tooLarge)
  const isAccepted = (type: string) => !limits || matchesContentType(type, limits.contentTypes)
  const contentType = await fileType(file, isAccepted)
  if (contentType === undefined) throw new UnfitFile(words.typeRefused)
  return contentType
}
