import { useCallback, useMemo, useState } from 'react'
import type { MessageEvent, Room, UploadOptions } from '../index.ts'

/** A file on its way. */
export interface Upload {
  file: Blob
  /** 0 to 1. */
  fraction: number
  /** Why it failed; it stays in the list until `cancel`. */
  error: unknown
  /** Ends the upload, or takes a failed one out of the list. */
  cancel: () => void
}

/**
 * Uploads files to a room, and shows those on their way.
 *
 * @example
 * const { upload, uploads } = useUpload(room)
 * return <input type="file" onChange={({ target }) => upload(target.files![0]!)} />
 */
export function useUpload(room: Room): {
  uploads: readonly Upload[]
  /** Resolves with the file's message; with `undefined` when it failed or was ended: then the list says so. */
  upload: (file: Blob, options?: Omit<UploadOptions, 'onProgress' | 'signal'>) => Promise<MessageEvent | undefined>
} {
  // Of all rooms that the component has shown.
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
