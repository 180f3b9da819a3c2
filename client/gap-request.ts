import { ChatError } from './errors.ts'

/** Requests what is missing in a room's log, with at most one run at a time. */
export class GapRequest {
  isRunning = false

  /**
   * @param request requests pages until nothing is missing
   * @param goOn called when `request` has resolved, or has failed with an error after which another run may succeed.
   *   Receives the milliseconds that the server asks to wait, 0 if it doesn't
   * @param onError receives errors that are not a `ChatError`
   */
  constructor(
    private readonly request: () => Promise<void>,
    private readonly goOn: (waitMs: number) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    if (this.isRunning) return
    this.isRunning = true
    this.request()
      .then(
        () => 0,
        (error: unknown) => {
          // After `disconnected` the next sync fetches what is missing. Other final errors, such as `not_a_member`,
          // mean that it can't be fetched.
          if (!(error instanceof ChatError)) this.onError(error)
          else if (error.retryable && error.code !== 'disconnected') return error.retryAfterMs ?? 0
          return undefined
        },
      )
      .then((waitMs) => {
        this.isRunning = false
        if (waitMs !== undefined) this.goOn(waitMs)
      })
      .catch(this.onError)
  }
}
