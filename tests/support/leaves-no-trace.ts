import { afterAll, expect, vi } from 'vitest'

const globals = () => [globalThis.Date, globalThis.fetch, globalThis.setTimeout, globalThis.WebSocket, Math.random]

const before = { environment: { ...process.env }, globals: globals() }

// Proves that a file of `pure-files.ts` leaves the process as it found it.
afterAll(() => {
  expect({ ...process.env }).toEqual(before.environment)
  expect([...globals(), vi.isFakeTimers()]).toEqual([...before.globals, false])
})
