import { presignGet, type SignedFile } from './presign-get.ts'
import { SMALL_TYPE, smallOf } from './small-picture.ts'

/**
 * A short-lived URL of a file's picture made small, or undefined when there is none. No version is named, because only
 * the server writes these keys.
 *
 * @param edge one of its message's `thumbs`
 */
export async function smallUrl(
  { fileUrl, fileName }: Pick<SignedFile, 'fileUrl' | 'fileName'>,
  edge: number | undefined,
): Promise<string | undefined> {
  if (edge === undefined) return undefined
  return (await presignGet({ fileUrl: smallOf(fileUrl, edge), fileName, contentType: SMALL_TYPE })).url
}
