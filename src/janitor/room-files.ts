import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { bucket, UPLOADS_PREFIX } from '../files/bucket-settings.ts'
import { s3 } from '../files/s3-client.ts'

const PAGE = 50

/**
 * Deletes a page of a room's files for good: all of their versions, also those that no message ever had. One that is
 * gone already is no error.
 *
 * @returns how many there were; 0 when there are no others
 */
export async function deleteFiles(chatRoomId: string): Promise<number> {
  const listed = await s3.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: `${UPLOADS_PREFIX}${chatRoomId}/`, MaxKeys: PAGE }),
  )
  const versions = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])]
  await Promise.all(
    versions.map(({ Key, VersionId }) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }))),
  )
  return versions.length
}
