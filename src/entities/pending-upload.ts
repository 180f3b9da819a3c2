import { Entity, type EntityItem } from 'electrodb'
import { client, own, service, table } from './table.ts'

/**
 * An upload whose form a user may still use, in the user's own partition. Key: UserId + UploadId. It is deleted when
 * its file has arrived, and no longer counts once its form has expired.
 *
 * - AP45 `pendingUploads`: which uploads of this user are pending?
 * - AP46 `holdUpload`: count an upload as pending
 * - AP47 `releaseUpload`: stop counting an upload
 */
export const PendingUpload = new Entity(
  {
    model: { entity: 'PendingUpload', version: '1', service },
    attributes: {
      userId: { type: 'string', field: 'UserId', required: true },
      uploadId: { type: 'string', field: 'UploadId', required: true },
      /** Bytes. */
      size: { type: 'number', field: 'Size', required: true },
      /** Epoch seconds at which the form expires; the table's TTL. */
      expiresAt: { type: 'number', field: 'expiresAt', required: true },
    },
    indexes: { user: own('user', ['userId'], ['uploadId'], 'upload') },
  },
  { table, client },
)

export type PendingUploadRow = EntityItem<typeof PendingUpload>

/**
 * AP45. Returns a user's pending uploads. Strongly consistent, one query of at most `limit` rows. Expired rows count
 * for the limit and are left out.
 */
export async function pendingUploads(userId: string, limit: number, now: number): Promise<PendingUploadRow[]> {
  const { data } = await PendingUpload.query.user({ userId }).go({ consistent: true, limit })
  return data.filter(({ expiresAt }) => expiresAt * 1_000 > now)
}

/** AP46. Counts an upload as pending. */
export async function holdUpload(upload: PendingUploadRow): Promise<void> {
  await PendingUpload.put(upload).go()
}

/** AP47. Stops counting an upload. No error if it isn't counted. */
export async function releaseUpload({ userId, uploadId }: { userId: string; uploadId: string }): Promise<void> {
  await PendingUpload.delete({ userId, uploadId }).go()
}
