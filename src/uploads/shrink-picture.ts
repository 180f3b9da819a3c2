import sharp from 'sharp'
import { EDGES } from '../files/small-picture.ts'
import { canonicalType } from '../protocol/canonical-type.ts'

/** What is read, by media type: what browsers show, and no other of libvips' many formats, nor SVG. */
const LOADERS: Record<string, string> = {
  'image/jpeg': 'VipsForeignLoadJpegBuffer',
  'image/png': 'VipsForeignLoadPngBuffer',
  'image/webp': 'VipsForeignLoadWebpBuffer',
  'image/gif': 'VipsForeignLoadNsgifBuffer',
  'image/avif': 'VipsForeignLoadHeifBuffer',
}

/** Larger files are not even read. */
export const MAX_PICTURE_BYTES = 25 * 1024 * 1024

/** Of all frames of a moving picture together. What a picture says of itself is checked before it is decoded. */
const MAX_PIXELS = 50_000_000

/** For each of the sizes. */
const MAX_SECONDS = 20

sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: Object.values(LOADERS) })
// No picture is made small twice, and several at a time would need the memory of several.
sharp.cache(false)
sharp.concurrency(1)

/** @param size bytes */
export const isShrinkable = (contentType: string, size: number): boolean =>
  canonicalType(contentType) in LOADERS && size <= MAX_PICTURE_BYTES

/** A picture made small, and its longest side at most. */
export interface SmallPicture {
  edge: number
  bytes: Uint8Array
}

/**
 * Makes a picture small, as WebP: upright, in sRGB, moving if it moves, and with nothing that it says beside its
 * pixels: no EXIF, no position, no profile, no thumbnail of its own. One that is small already is only rewritten.
 *
 * @returns the smallest first
 * @throws Error for what is no picture of these formats, is cut off or damaged, has more than 50 megapixels, or takes
 * longer than 20 s
 */
export async function shrinkPicture(bytes: Uint8Array): Promise<SmallPicture[]> {
  const limits = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const
  const { format, autoOrient, pages = 1, pageHeight } = await sharp(bytes, limits).metadata()
  // A file of others may have several pictures, of which the first is the one that is shown.
  const isMoving = pages > 1 && (format === 'gif' || format === 'webp')
  const longest = Math.max(autoOrient.width, pageHeight ?? autoOrient.height)
  const small: SmallPicture[] = []
  for (const [i, edge] of EDGES.entries()) {
    if (i > 0 && longest <= EDGES[i - 1]!) break
    const made = sharp(bytes, { ...limits, animated: isMoving })
      .autoOrient()
      .resize(edge, edge, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 75, effort: 2 })
      .timeout({ seconds: MAX_SECONDS })
    small.push({ edge, bytes: await made.toBuffer() })
  }
  return small
}
