import type { S3Event } from 'aws-lambda'
import { closeUpload } from '../entities/upload.ts'
import { required, url } from '../env.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { countPosts } from '../delivery/count-posts.ts'
import { fanOut } from '../delivery/fan-out.ts'
import { postTo } from '../delivery/posting/post.ts'
import type { PostFrame } from '../delivery/posting/post-frame.ts'
import { reportFailures } from '../delivery/report-failures.ts'
import { NULL_VERSION, UPLOADS_PREFIX } from '../files/bucket-settings.ts'
import { eventKey } from '../files/event-key.ts'
import { throwsNoRows } from '../logger.ts'
import { settleUpload } from './settle-upload.ts'

/**
 * Turns a file that has arrived by a form into a message, or rejects it, and delivers the event. AP30.
 *
 * A form causes only `ObjectCreated:Post`. All other events come from an operator: a copy, a restore, a change of
 * encryption or storage class. They concern no upload, and nothing is deleted because of them.
 *
 * S3 reports an object at least once, late and in any order, and Lambda calls again when this function throws. So every
 * step can be repeated, and there is one message however often it runs. An upload is closed only after its event was
 * delivered, and a closed upload delivers nothing. If the function ends in between, the event is delivered again.
 *
 * @throws when the table, the bucket or the room's subscriptions cannot be reached. After two retries Lambda sends the
 *   event to the function's dead-letter queue.
 */
export function objectCreatedHandler(post: PostFrame) {
  return throwsNoRows(async ({ Records }: S3Event): Promise<void> => {
    for (const { eventName, s3 } of Records) {
      const key = eventKey(s3.object.key)
      if (eventName !== 'ObjectCreated:Post' || !key.startsWith(UPLOADS_PREFIX)) continue
      const uploadId = key.split('/')[2] ?? ''
      const delivery = await settleUpload(uploadId, { key, versionId: s3.object.versionId ?? NULL_VERSION })
      if (delivery === undefined) continue
      await deliver(delivery, post)
      await closeUpload(uploadId)
    }
  })
}

async function deliver(delivery: Delivery, post: PostFrame): Promise<void> {
  const report = await fanOut([delivery], post)
  reportFailures(report)
  countPosts(report)
  const [unread] = report.unread
  if (unread) throw unread.error
}

export const handler = objectCreatedHandler(postTo(required('CONNECTIONS_ENDPOINT', url)))
