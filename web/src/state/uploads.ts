import type { Room } from '../../../client/index.ts'
import { fileType } from '../text/file-type.ts'
import { TYPE_REFUSED } from '../text/problems.ts'
import { Store } from './store.ts'
import { isUnfit, UnfitFile } from './unfit-file.ts'

export interface UploadItem {
  id: string
  name: string
  size: number
  /** 0 to 1: of the file, sent. */
  fraction: number
  /** `waiting` for others to finish, `checking` when all is sent and the room doesn't have it yet, `refused` for good. */
  state: 'waiting' | 'sending' | 'checking' | 'failed' | 'refused'
  error: unknown
}

interface Job {
  file: File
  controller: AbortController
}

/** Files sent at the same time, of one conversation. */
const AT_ONCE = 3

/** Files on their way into a room: gone from the list when the room has them. */
export class Uploads extends Store<readonly UploadItem[]> {
  readonly #room: () => Pick<Room, 'upload'> | undefined
  readonly #jobs = new Map<string, Job>()
  #ids = 0

  /** @param room none yet for a direct conversation that nobody has begun */
  constructor(room: () => Pick<Room, 'upload'> | undefined) {
    super([])
    this.#room = room
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

  /** Takes it back, or a failed one off the list. */
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
      // It says itself when it fails.
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
      if (file.size === 0) throw new UnfitFile('This file is empty.')
      const contentType = await fileType(file)
      if (contentType === undefined) throw new UnfitFile(TYPE_REFUSED)
      const onProgress = (fraction: number) =>
        this.#change(id, { fraction, state: fraction < 1 ? 'sending' : 'checking' })
      await room.upload(file, { contentType, signal, onProgress })
      this.#remove(id)
    } catch (error) {
      // One that was cancelled is not in the list any more.
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
