import { presignGet, type SignedFile } from './presign-get.ts'
import { SMALL_TYPE, smallOf } from './small-picture.ts'

/**
 * Returns a short-lived URL of a small version of a file's picture, or undefined if there is none. The URL names no
 * version, because only the server writes these keys.
 *
 * @param edge one of the message's `thumbs`
 */
export async function smallUrl(
  { fileUrl, fileName }: Pick<SignedFile, 'fileUrl' | 'fileName'>,
  edge: number | undefined,
): Promise<string | undefined> {
  if (edge === undefined) return undefined
  return (await presignGet({ fileUrl: smallOf(fileUrl, edge), fileName, contentType: SMALL_TYPE })).url
}
