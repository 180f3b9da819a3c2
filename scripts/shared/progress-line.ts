import { clearLine, cursorTo } from 'node:readline'

/** Milliseconds between two lines if stderr is not a terminal. */
const EVERY_MS = 5_000
const REDRAW_MS = 100
const CELLS = 24

/**
 * Shows the progress of a long command on stderr: a bar that is redrawn in a terminal, otherwise a line every five
 * seconds.
 */
export class ProgressLine {
  readonly #what: string
  #saidAt = Date.now()
  #drawn = false

  constructor(what: string) {
    this.#what = what
  }

  /** @param share from 0 to 1; undefined if the total is unknown */
  show(share: number | undefined, counted: string): void {
    const isTerminal = process.stderr.isTTY
    if (Date.now() - this.#saidAt < (isTerminal ? REDRAW_MS : EVERY_MS)) return
    this.#saidAt = Date.now()
    const full = Math.round(Math.min(share ?? 0, 1) * CELLS)
    const bar = `[${'#'.repeat(full)}${'-'.repeat(CELLS - full)}] ${Math.floor(Math.min(share ?? 0, 1) * 100)} %  `
    const line = `${this.#what}  ${share === undefined ? '' : bar}${counted}`
    if (!isTerminal) {
      console.error(line)
      return
    }
    this.end()
    process.stderr.write(line)
    this.#drawn = true
  }

  /** Removes the bar, so that the next output has a line of its own. */
  end(): void {
    if (!this.#drawn) return
    cursorTo(process.stderr, 0)
    clearLine(process.stderr, 0)
    this.#drawn = false
  }
}

/** Returns a number and a noun, which is in the plural unless the number is one. */
export function count(n: number, noun: string): string {
  return `${Math.round(n).toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}
