import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { bucket, UPLOADS_PREFIX } from '../files/bucket-settings.ts'
import { s3 } from '../files/s3-client.ts'

const PAGE = 50

/**
 * Permanently deletes a page of a room's files: all their versions, including files that no message ever had. A file
 * that is already gone is not an error.
 *
 * @returns how many versions were deleted; 0 if there are no more
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
