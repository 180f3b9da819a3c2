import { fileTypeFromBuffer, fileTypeFromTokenizer } from 'file-type'
import { bearsOut, isTextual } from '../files/media-types.ts'
import { RangedTokenizer, type Source } from './ranged-tokenizer.ts'

/**
 * Whether a file is of its declared media type. For most files the first bytes show it; for others a few more parts are
 * read.
 *
 * @param contentType lower case, without parameters
 */
export async function isWhatItSays(contentType: string, file: Source): Promise<boolean> {
  const { firstBytes } = file
  const isBorneOut = (detected?: { mime: string }) => bearsOut(contentType, firstBytes, detected?.mime)
  if (isBorneOut(await fileTypeFromBuffer(firstBytes))) return true
  if (isTextual(contentType)) return false
  if (contentType.startsWith('audio/')) {
    // Some programs write zeros before the sound. Players look for the first frame.
    const start = firstBytes.findIndex((byte) => byte !== 0)
    if (start > 0 && isBorneOut(await fileTypeFromBuffer(firstBytes.subarray(start)))) return true
  }
  return isBorneOut(await fileTypeFromTokenizer(new RangedTokenizer(file)))
}
