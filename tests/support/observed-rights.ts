import { AsyncLocalStorage } from 'node:async_hooks'
import type { S3Client } from '@aws-sdk/client-s3'
import type { TableClient } from '../../src/entities/table-client.ts'
import { needsOf } from './meter.ts'

/** The rights for requests that name a version. Those for a key are the same without `Version`. */
const VERSIONED: Readonly<Record<string, string>> = {
  HeadObject: 'GetObjectVersion',
  GetObject: 'GetObjectVersion',
  GetObjectTagging: 'GetObjectVersionTagging',
  DeleteObject: 'DeleteObjectVersion',
  DeleteObjectTagging: 'DeleteObjectVersionTagging',
}

/** Requests whose right has another name. */
const RENAMED: Readonly<Record<string, string>> = { HeadObject: 'GetObject', ListObjectVersions: 'ListBucketVersions' }

/**
 * Records what a function's role must allow in the table and the bucket, from the requests that the function sends. The
 * names are those of `touches` in `stack.json`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export class ObservedRights {
  readonly table = new Set<string>()
  readonly bucket = new Set<string>()
  readonly #observing = new AsyncLocalStorage<boolean>()

  constructor(client: TableClient, s3: S3Client) {
    client.use(({ operation, input }, send) => {
      if (this.#observing.getStore())
        for (const { action } of needsOf(operation, input as Parameters<typeof needsOf>[1])) this.table.add(action)
      return send({ operation, input })
    })
    s3.middlewareStack.add(
      (send, { commandName = '' }) =>
        (args) => {
          const name = commandName.replace(/Command$/, '')
          const isVersion = (args.input as { VersionId?: string }).VersionId !== undefined
          const right = (isVersion ? VERSIONED[name] : undefined) ?? RENAMED[name] ?? name
          if (this.#observing.getStore()) this.bucket.add(right)
          return send(args)
        },
      { step: 'initialize', name: 'observed rights' },
    )
  }

  /** Runs the function's work, whose requests are recorded. */
  during<R>(work: () => Promise<R>): Promise<R> {
    return this.#observing.run(true, work)
  }

  /** Runs a test's own work within that, whose requests are not recorded. */
  aside<R>(work: () => Promise<R>): Promise<R> {
    return this.#observing.run(false, work)
  }
}
