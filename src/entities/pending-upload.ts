import { Entity, type EntityItem } from 'electrodb'
import { client, own, service, table } from './table.ts'

/**
 * An upload whose form a user may still use, in the user's own partition. Key: UserId + UploadId. It is deleted when
 * its file has arrived, and no longer counts when its form has expired.
 *
 * - AP45 `pendingUploads`: what does this user have on its way?
 * - AP46 `holdUpload`: count this one too
 * - AP47 `releaseUpload`: count it no longer
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

/** AP45. Consistent, in one query; at most `limit` rows are read, expired ones included. */
export async function pendingUploads(userId: string, limit: number, now: number): Promise<PendingUploadRow[]> {
  const { data } = await PendingUpload.query.user({ userId }).go({ consistent: true, limit })
  return data.filter(({ expiresAt }) => expiresAt * 1_000 > now)
}

/** AP46. */
export async function holdUpload(upload: PendingUploadRow): Promise<void> {
  await PendingUpload.put(upload).go()
}

/** AP47. No error when it isn't there. */
export async function releaseUpload({ userId, uploadId }: { userId: string; uploadId: string }): Promise<void> {
  await PendingUpload.delete({ userId, uploadId }).go()
}
