import sharp from 'sharp'
import { EDGES } from '../files/small-picture.ts'
import { canonicalType } from '../protocol/canonical-type.ts'

/** The decoder for each media type. Only formats that browsers show: none of libvips' many others, and no SVG. */
const LOADERS: Record<string, string> = {
  'image/jpeg': 'VipsForeignLoadJpegBuffer',
  'image/png': 'VipsForeignLoadPngBuffer',
  'image/webp': 'VipsForeignLoadWebpBuffer',
  'image/gif': 'VipsForeignLoadNsgifBuffer',
  'image/avif': 'VipsForeignLoadHeifBuffer',
}

/** Larger files are not read. */
export const MAX_PICTURE_BYTES = 25 * 1024 * 1024

/**
 * Pixels in all frames of an animation together. The size in a picture's header is checked before the picture is
 * decoded.
 */
const MAX_PIXELS = 50_000_000

/** For each of the sizes. */
const MAX_SECONDS = 20

sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: Object.values(LOADERS) })
// No picture is processed twice, and several at a time would need more memory.
sharp.cache(false)
sharp.concurrency(1)

/**
 * Whether small versions of a picture can be made.
 *
 * @param size bytes
 */
export const isShrinkable = (contentType: string, size: number): boolean =>
  canonicalType(contentType) in LOADERS && size <= MAX_PICTURE_BYTES

/** A small version of a picture, with the limit for its longest side. */
export interface SmallPicture {
  edge: number
  bytes: Uint8Array
}

/**
 * Makes small versions of a picture, as WebP: upright, in sRGB, and animated if the original is. They contain only
 * pixels: no EXIF data, no location, no colour profile, no embedded thumbnail. A picture that is small already is only
 * re-encoded.
 *
 * @returns the versions, the smallest first
 * @throws Error when the file is not a picture of these formats, is truncated or damaged, has more than 50 megapixels,
 *   or takes longer than 20 s
 */
export async function shrinkPicture(bytes: Uint8Array): Promise<SmallPicture[]> {
  const limits = { limitInputPixels: MAX_PIXELS, failOn: 'error' } as const
  const { format, autoOrient, pages = 1, pageHeight } = await sharp(bytes, limits).metadata()
  // In other formats, a file may contain several pictures, and the first is the one that is shown.
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
