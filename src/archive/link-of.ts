import type { MessageRow } from '../entities/message.ts'
import { objectKeyOf } from '../files/bucket-settings.ts'
import { withLocatedFile } from '../files/locate-file.ts'
import { signUrl } from '../files/sign-url.ts'
import { defined } from '../protocol/defined.ts'
import type { Line } from './line.ts'

/**
 * Returns a message's line with a signed link to the verified version of its file; any other line unchanged. A link
 * ends earlier if the credentials that signed it expire earlier.
 *
 * @param seconds how long the link is valid, up to 7 days
 * @throws Unavailable when the bucket does not respond
 */
export async function withLink(line: Line, seconds: number): Promise<Line> {
  if (line.type !== 'message' || line.fileUrl === undefined) return line
  const { fileUrl, versionId } = await withLocatedFile(line as Pick<MessageRow, 'fileUrl' | 'versionId'>)
  const signing = { signingDate: new Date(), expiresIn: seconds }
  return { ...line, link: await signUrl('GET', objectKeyOf(fileUrl!), defined({ versionId }), signing) }
}
