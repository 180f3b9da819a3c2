import { DeleteObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import { bucket, objectKeyOf } from './bucket-settings.ts'
import { s3 } from './s3-client.ts'

/**
 * Deletes the file of a message for good: every version of its object, whatever made it, and what hides it. Does
 * nothing when there is none any more.
 *
 * @param fileUrl as the message had it; of one that was restored from another stack, the file is in this one's bucket
 */
export async function deleteFile(fileUrl: string): Promise<void> {
  const Key = objectKeyOf(fileUrl)
  const list: ListObjectVersionsCommandInput = { Bucket: bucket, Prefix: Key }
  for (let more = true; more;) {
    const page = await s3.send(new ListObjectVersionsCommand(list))
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].filter((version) => version.Key === Key)
    await Promise.all(
      versions.map(({ VersionId }) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }))),
    )
    more = page.IsTruncated === true
    Object.assign(list, { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker })
  }
}
