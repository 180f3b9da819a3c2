export interface PostFormOptions {
  /** From 0 to 1; from the start again when the file is sent again. */
  onProgress?: (fraction: number) => void
  signal?: AbortSignal
}

/** Sends a form as multipart/form-data and answers with the HTTP status. Rejects when aborted or without an answer. */
export type PostForm = (url: string, form: FormData, options: PostFormOptions) => Promise<number>

/** As much of XMLHttpRequest as is used here: the compiler is set to Node's types. */
interface Request {
  readonly upload: { onprogress: (event: { loaded: number; total: number }) => void }
  readonly status: number
  onload: () => void
  onerror: () => void
  onabort: () => void
  open(method: string, url: string): void
  send(form: FormData): void
  abort(): void
}

/** For browsers: only XMLHttpRequest tells how far an upload has come. */
export const formPoster: PostForm = (url, form, { onProgress, signal }) =>
  new Promise((resolve, reject) => {
    const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest: new () => Request }
    const request = new XMLHttpRequest()
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total === 0 ? 0 : loaded / total)
    request.onload = () => resolve(request.status)
    request.onerror = () => reject(new Error('the network failed'))
    request.onabort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    request.open('POST', url)
    request.send(form)
  })
