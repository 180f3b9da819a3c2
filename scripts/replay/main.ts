/**
 * `npm run replay -- [--dry-run] [--local URL] <object>…`: gives the stream's failed records to the stream function once more, in this
 * process and with your own credentials; ends with 1 if a record failed again or a connection couldn't be posted to. An
 * object is `s3://bucket/key` or a file; nothing is deleted. `docs/operations.md` says how to find objects and settings;
 * with `--local http://localhost:8080` the runtime of `npm start` tells them.
 */
import { parseArgs } from 'node:util'
import { describe } from './describe.ts'
import { failedBatch } from './failed-batch.ts'
import { Posts } from './posts.ts'
import { replay, type StreamFunction } from './replay.ts'

const USAGE = 'usage: npm run replay -- [--dry-run] [--local http://localhost:8080] <s3://bucket/key or file>…'

/** What the stream function is told by Terraform. */
const SETTINGS = ['TABLE_NAME', 'CONNECTIONS_ENDPOINT', 'FILES_BUCKET']

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'dry-run': { type: 'boolean' }, local: { type: 'string' } },
    allowPositionals: true,
  })
  if (positionals.length === 0) throw new Error(USAGE)
  if (values.local !== undefined) Object.assign(process.env, await environmentOf(values.local))
  // All are read before any is worked: a misspelt one must not end the replay midway.
  const batches = await Promise.all(
    positionals.map(async (location) => ({ location, ...(await failedBatch(location)) })),
  )
  const dryRun = values['dry-run'] ?? false
  const posts = new Posts()
  const handler = dryRun ? undefined : await streamFunction(posts)
  let failures = 0
  for (const { location, condition, records } of batches) {
    console.log(`${location}: ${counted(records.length)}${condition === undefined ? '' : `, ${condition}`}`)
    if (handler === undefined) {
      for (const record of records) console.log(`  ${describe(record)}`)
      continue
    }
    const failed = await replay(records, handler)
    failures += failed.length
    for (const { sequenceNumber, error } of failed) {
      console.error(`  failed again: ${sequenceNumber}${error === undefined ? '' : `; ${error.message}`}`)
    }
    console.log(`  ${String(records.length - failed.length)} replayed, ${String(failed.length)} failed`)
  }
  if (dryRun) return 0
  const counts = [...posts.counts()].map(([answer, connections]) => `${String(connections)} ${answer}`)
  console.log(`connections posted to: ${counts.length === 0 ? 'none' : counts.join(', ')}`)
  return failures + posts.undelivered() === 0 ? 0 : 1
}

async function environmentOf(url: string): Promise<Record<string, string>> {
  try {
    return (await (await fetch(new URL('/dev/environment', url))).json()) as Record<string, string>
  } catch (cause) {
    throw new Error(`unable to replay; no local runtime answers at ${url}`, { cause })
  }
}

async function streamFunction(posts: Posts): Promise<StreamFunction> {
  const missing = SETTINGS.filter((name) => !process.env[name])
  if (missing.length > 0) throw new Error(`unable to replay; not set: ${missing.join(', ')}`)
  // Metrics go to a log of Lambda's, which this isn't.
  process.env.POWERTOOLS_METRICS_DISABLED ??= 'true'
  process.env.POWERTOOLS_SERVICE_NAME ??= 'tabletalk-replay'
  const [{ streamHandler }, { postTo }] = await Promise.all([
    import('../../src/streams/handler.ts'),
    import('../../src/delivery/posting/post.ts'),
  ])
  return streamHandler(posts.watch(postTo(process.env.CONNECTIONS_ENDPOINT!)))
}

function counted(records: number): string {
  return `${String(records)} record${records === 1 ? '' : 's'}`
}
