import { defineConfig } from 'vitest/config'
// The forks that run the tests inherit what it sets.
import './local/quiet-sdk.ts'

/**
 * Hundreds of clients at once: beside other tests each would mostly wait for the processor, so it runs after them, and
 * with a DynamoDB Local of its own, for one that holds the streams of all other tests takes many times as long to read.
 */
const alone = ['tests/client/every-message-once.integration.test.ts']

/** Need a Chromium: `npm run test:browser`. */
const browser = ['tests/browser/**/*.test.ts']

// Deadlines for a hung test, not a measure of speed: nothing waits for them when all is well.
const deadlines = { testTimeout: 30_000, hookTimeout: 60_000 }

const globalSetup = ['tests/support/global-setup.ts']

export default defineConfig({
  test: {
    // One JVM (DynamoDB Local) serves the run; every test file makes its own table in it.
    globalSetup,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { test: { ...deadlines, name: 'tests', include: ['tests/**/*.test.ts'], exclude: [...alone, ...browser] } },
      { test: { ...deadlines, name: 'alone', include: alone, globalSetup, sequence: { groupOrder: 1 } } },
      { test: { ...deadlines, name: 'browser', include: browser, sequence: { groupOrder: 2 } } },
    ],
  },
})
