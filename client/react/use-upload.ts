import { useCallback, useMemo, useState } from 'react'
import type { MessageEvent, Room, UploadOptions } from '../index.ts'

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

/**
 * Returns a function that uploads files to a room, and the list of uploads that are under way or have failed.
 *
 * @example
 * const { upload, uploads } = useUpload(room)
 * return <input type="file" onChange={({ target }) => upload(target.files![0]!)} />
 */
export function useUpload(room: Room): {
  uploads: readonly Upload[]
  /** Resolves with the file's message, or with `undefined` when the upload failed, as `uploads` shows, or was ended. */
  upload: (file: Blob, options?: Omit<UploadOptions, 'onProgress' | 'signal'>) => Promise<MessageEvent | undefined>
} {
  // The uploads to all rooms that the component has shown.
  const [uploads, setUploads] = useState<readonly (Upload & { room: Room })[]>([])
  const upload = useCallback(
    async (file: Blob, options: Omit<UploadOptions, 'onProgress' | 'signal'> = {}) => {
      const end = new AbortController()
      const remove = () => setUploads((all) => all.filter((one) => one.cancel !== cancel))
      const cancel = () => {
        end.abort()
        remove()
      }
      const change = (changes: Partial<Upload>) =>
        setUploads((all) => all.map((one) => (one.cancel === cancel ? { ...one, ...changes } : one)))
      setUploads((all) => [...all, { room, file, fraction: 0, error: undefined, cancel }])
      try {
        const onProgress = (fraction: number) => change({ fraction })
        const message = await room.upload(file, { ...options, onProgress, signal: end.signal })
        remove()
        return message
      } catch (error) {
        change({ error })
        return undefined
      }
    },
    [room],
  )
  return { uploads: useMemo(() => uploads.filter((one) => one.room === room), [uploads, room]), upload }
}
