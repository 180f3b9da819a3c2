/** The options that `room.upload` and a `postForm` function have in common. */
export interface PostFormOptions {
  /** Receives the fraction of the file that has been sent, 0 to 1. Starts again at 0 when the file is sent again. */
  onProgress?: (fraction: number) => void
  /** Aborts the upload. */
  signal?: AbortSignal
}

/**
 * Sends a form as `multipart/form-data`.
 *
 * @returns the HTTP status of the response
 * @throws the reason of `signal`, or an `Error` when there was no response
 */
export type PostForm = (url: string, form: FormData, options: PostFormOptions) => Promise<number>

/** The part of `XMLHttpRequest` that is used here. The compiler only knows Node's types. */
interface UploadRequest {
  readonly upload: { onprogress: (event: { loaded: number; total: number }) => void }
  readonly status: number
  onload: () => void
  onerror: () => void
  onabort: () => void
  open(method: string, url: string): void
  send(form: FormData): void
  abort(): void
}

/** Sends a form in browsers. Uses `XMLHttpRequest`, because `fetch` doesn't report the progress of an upload. */
export const postFormByXhr: PostForm = (url, form, { onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest: new () => UploadRequest }
    const request = new XMLHttpRequest()
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 0 : loaded / total)
    request.onload = () => resolve(request.status)
    request.onerror = () => reject(new Error('the network failed'))
    request.onabort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.open('POST', url)
    request.send(form)
  })
