import { WebSocket } from 'ws'

/** A socket whose network fails when a test wants it to. */
export class LossySocket extends WebSocket {
  #frozen = false
  /** If set, the next frame from the server is lost, and the connection with it. */
  losesNextFrame = false

  /** From now on nothing gets through in either direction, and neither side learns of it. */
  freeze(): void {
    if (this.readyState !== WebSocket.OPEN) return
    this.#frozen = true
    this.pause()
  }

  override emit(name: string | symbol, ...args: unknown[]): boolean {
    if (!this.losesNextFrame || name !== 'message') return super.emit(name, ...args)
    this.terminate()
    return true
  }

  override send(text: string): void {
    if (!this.#frozen) super.send(text)
  }

  override close(code?: number): void {
    if (!this.#frozen) super.close(code)
  }
}
