import type { RateLimit } from '../entities/rate-window.ts'
import type { Shape } from '../env.ts'

/** A setting such as `20/10`. */
export const rate: Shape<RateLimit> = {
  expected: 'sends/seconds, such as 20/10',
  parse: (value) => {
    const [, sends, seconds] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(value) ?? []
    return sends && seconds ? { sends: Number(sends), seconds: Number(seconds) } : undefined
  },
}
