import { DeleteObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import { bucket, objectKeyOf } from './bucket-settings.ts'
import { s3 } from './s3-client.ts'
import { isMadeOf, isOfFile } from './small-picture.ts'

/**
 * Deletes the file of a message for good, and what was made of it: every version of each object, whatever made it, and
 * what hides it. Does nothing when there is none any more.
 *
 * @param fileUrl as the message had it; of one that was restored from another stack, the file is in this one's bucket
 */
export const deleteFile = (fileUrl: string): Promise<void> => deleteObjects(objectKeyOf(fileUrl), isOfFile)

/** The same of what was made of a file alone. */
export const deleteMade = (objectKey: string): Promise<void> => deleteObjects(objectKey, isMadeOf)

async function deleteObjects(Prefix: string, isOne: (key: string, objectKey: string) => boolean): Promise<void> {
  const list: ListObjectVersionsCommandInput = { Bucket: bucket, Prefix }
  for (let more = true; more;) {
    const page = await s3.send(new ListObjectVersionsCommand(list))
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].filter(({ Key = '' }) =>
      isOne(Key, Prefix),
    )
    await Promise.all(
      versions.map(({ Key, VersionId }) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }))),
    )
    more = page.IsTruncated === true
    Object.assign(list, { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker })
  }
}
