import type { Rate } from './limits.ts'

/**
 * A bucket that fills at a rate up to its burst. API Gateway throttles this way:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html
 */
export class TokenBucket {
  readonly #rate: (nowMs: number) => Rate
  #tokens: number
  #filledAtMs = 0

  /** @param rate may change with time */
  constructor(rate: (nowMs: number) => Rate) {
    this.#rate = rate
    this.#tokens = rate(0).burst
  }

  /** Returns how many tokens can be taken now. */
  available(nowMs: number): number {
    const { perSecond, burst } = this.#rate(nowMs)
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * perSecond)
    this.#filledAtMs = nowMs
    return this.#tokens
  }

  /** Takes all of the tokens or none. Returns whether it took them. */
  take(tokens: number, nowMs: number): boolean {
    if (this.available(nowMs) < tokens) return false
    this.#tokens -= tokens
    return true
  }
}
