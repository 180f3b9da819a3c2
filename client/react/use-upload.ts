import { useCallback } from 'react'
import type { MessageEvent, Room, UploadOptions } from '../index.ts'
import { oneFor } from './one-for.ts'
import { Store, useStore } from './store.ts'

/** A file that is being uploaded, or whose upload has failed. */
export interface Upload {
  file: Blob
  /** The fraction of the file that has been sent, 0 to 1. */
  fraction: number
  /** Why the upload has failed. A failed upload stays in the list until `cancel`. */
  error: unknown
  /** Aborts the upload, or removes a failed one from the list. */
  cancel: () => void
}

type Options = Omit<UploadOptions, 'onProgress' | 'signal'>

/** The files on their way to a room: who turns to another room and back finds them. */
const uploadsOf = oneFor((_: Room) => new Store<readonly Upload[]>([]))

async function send(room: Room, file: Blob, options: Options): Promise<MessageEvent | undefined> {
  const uploads = uploadsOf(room)
  const end = new AbortController()
  const remove = () => uploads.set(uploads.get().filter((one) => one.cancel !== cancel))
  const cancel = () => {
    end.abort()
    remove()
  }
  const change = (changes: Partial<Upload>) =>
    uploads.set(uploads.get().map((one) => (one.cancel === cancel ? { ...one, ...changes } : one)))
  uploads.set([...uploads.get(), { file, fraction: 0, error: undefined, cancel }])
  try {
    const onProgress = (fraction: number) => change({ fraction })
    const message = await room.upload(file, { ...options, onProgress, signal: end.signal })
    remove()
    return message
  } catch (error) {
    change({ error })
    return undefined
  }
}

/**
 * Uploads files to a room, and returns the current uploads. All components that show the room share them. They
 * continue after the last component is unmounted; `cancel` ends one.
 *
 * @example
 * const { upload, uploads } = useUpload(room)
 * return <input type="file" onChange={({ target }) => upload(target.files![0]!)} />
 */
export function useUpload(room: Room): {
  uploads: readonly Upload[]
  /** Resolves with the file's message, or with undefined if the upload failed or was cancelled, as `uploads` shows. */
  upload: (file: Blob, options?: Options) => Promise<MessageEvent | undefined>
} {
  const upload = useCallback((file: Blob, options: Options = {}) => send(room, file, options), [room])
  return { uploads: useStore(uploadsOf(room)), upload }
}
