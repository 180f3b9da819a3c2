import { defineConfig } from 'vitest/config'

// The SDK's notice that Node 20 is about to leave its support says nothing about a test.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // One JVM (DynamoDB Local) serves the whole run; every test file makes its own table in it.
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // A deadline for a hung test, not a measure of speed: nothing waits for it when all is well.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
