/**
 * `npm run e2e -- --url wss://HOST/STAGE --token-command 'mytool token {userId}' [part of a file's name]…`: runs the
 * integration tests of `e2e/selection.ts` against a running stack. The command prints a token for the user. With
 * `--tokens-of ws://localhost:8080/local` instead, a local runtime signs it, whose key the stack must accept. With
 * neither, the URL is of a local runtime.
 */
import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'
import { type Options, optionsOf } from './options.ts'
import { namePattern } from './selection.ts'

/** Long enough for a cold start, a file's event and a slow shard together. */
const TEST_TIMEOUT_MS = 120_000

try {
  await run(optionsOf(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function run({ deployment, files }: Options): Promise<void> {
  const vitest = await startVitest('test', [], {
    config: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    watch: false,
    include: files,
    testNamePattern: namePattern(files),
    provide: { deployment },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: TEST_TIMEOUT_MS,
  })
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  const passed = tests.filter((test) => test.result().state === 'passed').length
  console.log(`${String(passed)} tests passed against ${deployment.url}`)
  if (passed === 0) process.exitCode = 1
  await vitest.close()
}
