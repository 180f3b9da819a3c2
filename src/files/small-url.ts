import type { MessageRow } from '../entities/message.ts'
import { presignGet } from './presign-get.ts'
import { SMALL_TYPE, smallOf } from './small-picture.ts'

/**
 * A short-lived URL of a file's picture made small, or undefined when there is none. No version is named, because only
 * the server writes these keys.
 *
 * @param which of a picture that is small already they are the same
 */
export async function smallUrl(
  { fileUrl, fileName, thumbs = [] }: Pick<MessageRow, 'fileUrl' | 'fileName' | 'thumbs'>,
  which: 'smallest' | 'largest',
): Promise<string | undefined> {
  const edge = thumbs.at(which === 'smallest' ? 0 : -1)
  if (edge === undefined || fileUrl === undefined || fileName === undefined) return undefined
  return (await presignGet({ fileUrl: smallOf(fileUrl, edge), fileName, contentType: SMALL_TYPE })).url
}
