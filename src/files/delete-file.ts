import { DeleteObjectCommand, ListObjectVersionsCommand, type ListObjectVersionsCommandInput } from '@aws-sdk/client-s3'
import { bucket, objectKeyOf } from './bucket-settings.ts'
import { s3 } from './s3-client.ts'
import { isMadeOf, isOfFile } from './small-picture.ts'

/**
 * Permanently deletes the file of a message and everything derived from it: all versions and delete markers of each
 * object. Does nothing if there is no file.
 *
 * @param fileUrl the S3 URI in the message; the file is in this stack's bucket even if the URI names another one
 */
export const deleteFile = (fileUrl: string): Promise<void> => deleteObjects(objectKeyOf(fileUrl), isOfFile)

/** Permanently deletes only what was derived from a file. */
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
