import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, resolve, sep } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import type { Line } from '../../src/archive/line.ts'
import { bucket, fileUrlOf, objectKeyOf, UPLOADS_PREFIX } from '../../src/files/bucket-settings.ts'
import { s3 } from '../../src/files/s3-client.ts'

/**
 * Uploads the files of messages from a folder into the deployment's bucket. Their keys are the original ones, or are
 * derived from the messages' ids, so that a repeated import gives the same keys.
 */
export const putFileOf =
  (folder: string) =>
  async (line: Line): Promise<Line> => {
    const { file, link: _, ...rest } = line as Line & { file: string; contentType?: string }
    const path = await pathBelow(folder, file)
    const { size } = await stat(path)
    const key = typeof rest.fileUrl === 'string' ? objectKeyOf(rest.fileUrl) : newKeyOf(rest)
    const { VersionId } = await s3.send(
      new PutObjectCommand({
        Key: key,
        Bucket: bucket,
        Body: createReadStream(path),
        ContentLength: size,
        ContentType: rest.contentType,
      }),
    )
    return {
      ...rest,
      uploadId: rest.uploadId ?? uploadIdOf(rest),
      fileUrl: fileUrlOf(key),
      fileName: rest.fileName ?? basename(file),
      contentType: rest.contentType ?? 'application/octet-stream',
      size,
      ...(VersionId !== undefined && { versionId: VersionId }),
    }
  }

/** @throws Error if the file is outside the folder, even through a symbolic link */
async function pathBelow(folder: string, file: string): Promise<string> {
  const root = await realpath(folder)
  const path = await realpath(resolve(root, file))
  if (!path.startsWith(root + sep)) throw new Error(`unable to import the file ${file}; it is outside of ${folder}`)
  return path
}

const hashOf = ({ chatRoomId, messageId }: Line): string =>
  createHash('sha256')
    .update(`${String(chatRoomId)} ${String(messageId)}`)
    .digest('hex')

/** Returns a UUID of the version for own formats (RFC 9562, section 5.8). */
const uploadIdOf = (line: Line): string =>
  hashOf(line).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')

const newKeyOf = (line: Line): string =>
  `${UPLOADS_PREFIX}${String(line.chatRoomId)}/${uploadIdOf(line)}/${hashOf(line).slice(-22)}`
