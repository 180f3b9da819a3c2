import { ChatError } from './errors.ts'

/** Requests what is missing in a room's log, with at most one run at a time. */
export class GapRequest {
  isRunning = false

  /**
   * @param request requests pages until nothing is missing
   * @param goOn called when `request` has resolved, or has failed with an error after which another run may succeed
   * @param onError receives errors that are not a `ChatError`
   */
  constructor(
    private readonly request: () => Promise<void>,
    private readonly goOn: () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    if (this.isRunning) return
    this.isRunning = true
    this.request()
      .then(
        () => true,
        (error: unknown) => {
          // After `disconnected` the next sync fetches what is missing. Other final errors, such as `not_a_member`,
          // mean that it can't be fetched.
          if (error instanceof ChatError) return error.retryable && error.code !== 'disconnected'
          this.onError(error)
          return false
        },
      )
      .then((goOn) => {
        this.isRunning = false
        if (goOn) this.goOn()
      })
      .catch(this.onError)
  }
}
