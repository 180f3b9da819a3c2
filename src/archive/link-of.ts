import type { MessageRow } from '../entities/message.ts'
import { objectKeyOf } from '../files/bucket-settings.ts'
import { withLocatedFile } from '../files/locate-file.ts'
import { signUrl } from '../files/sign-url.ts'
import { defined } from '../protocol/defined.ts'
import type { Line } from './line.ts'

/**
 * A message's line with a signed link to its file, of the version that was verified; any other line as it is. AWS ends
 * a link with the credentials that signed it, if that is sooner.
 *
 * @param seconds that the link is good for, up to 7 days
 * @throws Unavailable when the bucket doesn't answer
 */
export async function withLink(line: Line, seconds: number): Promise<Line> {
  if (line.type !== 'message' || line.fileUrl === undefined) return line
  const { fileUrl, versionId } = await withLocatedFile(line as Pick<MessageRow, 'fileUrl' | 'versionId'>)
  const signing = { signingDate: new Date(), expiresIn: seconds }
  return { ...line, link: await signUrl('GET', objectKeyOf(fileUrl!), defined({ versionId }), signing) }
}
