import { createWriteStream } from 'node:fs'
import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import type { Line } from '../../src/archive/line.ts'
import type { MessageRow } from '../../src/entities/message.ts'
import { bucket, objectKeyOf } from '../../src/files/bucket-settings.ts'
import { withLocatedFile } from '../../src/files/locate-file.ts'
import { s3 } from '../../src/files/s3-client.ts'

/**
 * Copies the file of a message into a folder, under the object's key, and adds the copy's path to the line. A file that
 * an earlier run has copied is not copied again.
 */
export const copyTo =
  (folder: string) =>
  async (line: Line): Promise<Line> => {
    if (line.type !== 'message' || line.fileUrl === undefined) return line
    const { fileUrl, versionId } = await withLocatedFile(line as Pick<MessageRow, 'fileUrl' | 'versionId'>)
    const file = objectKeyOf(fileUrl!)
    const path = join(folder, file)
    const there = await stat(path).catch(() => undefined)
    if (there === undefined || there.size !== line.size) {
      await mkdir(dirname(path), { recursive: true })
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: file, VersionId: versionId }))
      // Written under another name until it is complete.
      await pipeline(Body as Readable, createWriteStream(`${path}.part`, { mode: 0o600 }))
      await rename(`${path}.part`, path)
    }
    return { ...line, file }
  }
