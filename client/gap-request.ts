import { ChatError } from './errors.ts'

/** Asks for what is missing in a room's log, one time at once. */
export class GapRequest {
  isRunning = false

  /**
   * @param request asks until nothing is missing
   * @param goOn called when that has ended, or failed in a way in which trying again helps
   * @param onError receives an error that no server sent
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
          // The next sync brings what is missing. After other final errors it can't be had: not a member any more, say.
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
