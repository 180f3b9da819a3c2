import { expect } from 'vitest'

/** Milliseconds to wait for what a busy machine shows late. Nothing waits this long if all is well. */
export const PATIENCE_MS = 60_000

/** Expects something of a page that may take a moment. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: PATIENCE_MS })
