import { defineConfig } from 'vitest/config'
// The forks that run the tests inherit what it sets.
import './local/quiet-sdk.ts'
import { LongestFirst } from './tests/support/longest-first.ts'
import { pureFiles } from './tests/support/pure-files.ts'

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

/** Starts what tests of the whole need: a DynamoDB Local, where each test file has a database of its own. */
const globalSetup = ['tests/support/global-setup.ts']

export default defineConfig(({ mode }) => ({
  test: {
    // `npm run test:like-aws`
    env: mode === 'like-aws' ? { LIKE_AWS: '1' } : {},
    globalSetup: ['tests/support/run-folder.ts'],
    pool: 'forks',
    // What differs is told in a failure's own words too, which are all that is left of a run without its terminal.
    chaiConfig: { truncateThreshold: 2_000 },
    // One more than the cores of a small machine: tests of the whole wait, for the stream above all.
    maxWorkers: 3,
    // Of concurrent tests, which wait more than they work.
    maxConcurrency: 8,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...deadlines,
          name: 'pure',
          include: pureFiles,
          isolate: false,
          setupFiles: ['tests/support/leaves-no-trace.ts'],
        },
      },
      {
        test: {
          ...deadlines,
          globalSetup,
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: [...pureFiles, ...browser],
        },
      },
      {
        test: {
          ...deadlines,
          globalSetup: [...globalSetup, 'tests/browser/support/build-page-once.ts'],
          name: 'browser',
          include: browser,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
}))
