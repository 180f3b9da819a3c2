import { defineConfig } from 'vitest/config'
// The forks that run the tests inherit what it sets.
import './local/quiet-sdk.ts'

/** Need a Chromium: `npm run test:browser`. */
const browser = ['tests/browser/**/*.test.ts']

const deadlines = {
  // Ends a test that hangs, in place of `testTimeout`.
  runner: 'tests/support/patient-runner.ts',
  testTimeout: 0,
  // Nothing waits for these when all is well, on a busy machine neither.
  hookTimeout: 600_000,
  expect: { poll: { timeout: 60_000 } },
}

export default defineConfig({
  test: {
    // One JVM (DynamoDB Local) serves the run. Each test file has a database of its own in it.
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Of concurrent tests, which wait more than they work.
    maxConcurrency: 8,
    projects: [
      { test: { ...deadlines, name: 'tests', include: ['tests/**/*.test.ts'], exclude: browser } },
      { test: { ...deadlines, name: 'browser', include: browser, sequence: { groupOrder: 1 } } },
    ],
  },
})
