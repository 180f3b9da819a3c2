import type { Log } from '../contracts.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import type { Notifier } from './notifier.ts'
import type { ObjectStore } from './object-store.ts'
import type { Signers } from './signature.ts'

/** The parts of the bucket. An operation takes only those that it needs: `Pick<BucketContext, …>`. */
export interface BucketContext {
  name: string
  store: ObjectStore
  uploads: MultipartUploads
  notifier: Notifier
  signers: Signers
  now: () => Date
  log: Log
}
