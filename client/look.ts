import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash'

/** What a receiver can show of a picture before it is loaded. */
export interface Look {
  /** The width in pixels, after the rotation that the picture's EXIF data ask for. */
  width?: number
  /** The height in pixels, after the same rotation. */
  height?: number
  /** A ThumbHash, a very small blurred version of the picture, in base64: 20 to 40 characters. */
  thumbhash?: string
}

/** The library makes a hash of pictures with at most this many pixels on each side. */
const HASHED_PIXELS = 100
/** The server rejects larger values. */
const MAX_PIXELS = 65_535

/** The browser APIs that are used here. The compiler only knows Node's types. */
interface Browser {
  createImageBitmap(file: Blob): Promise<{ width: number; height: number; close(): void }>
  OffscreenCanvas: new (
    width: number,
    height: number,
  ) => {
    getContext(kind: '2d'): {
      drawImage(image: object, x: number, y: number, width: number, height: number): void
      getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray }
    }
  }
}

/**
 * Returns the size and the blur of a picture. For browsers. Returns an empty object for a file that is not a picture
 * and for a picture that the browser can't decode. https://evanw.github.io/thumbhash/
 */
export async function lookOf(file: Blob): Promise<Look> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as unknown as Partial<Browser>
  if (!file.type.startsWith('image/') || createImageBitmap === undefined) return {}
  const picture = await createImageBitmap(file).catch(() => undefined)
  if (picture === undefined) return {}
  try {
    const { width, height } = picture
    if (Math.max(width, height) > MAX_PIXELS) return {}
    if (OffscreenCanvas === undefined) return { width, height }
    const scale = Math.min(1, HASHED_PIXELS / Math.max(width, height))
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
    const context = new OffscreenCanvas(w, h).getContext('2d')
    context.drawImage(picture, 0, 0, w, h)
    const hash = rgbaToThumbHash(w, h, context.getImageData(0, 0, w, h).data)
    return { width, height, thumbhash: btoa(String.fromCharCode(...hash)) }
  } finally {
    picture.close()
  }
}

/**
 * Decodes a blur to about 32 × 32 pixels for an `ImageData`, with four bytes per pixel: red, green, blue and opacity.
 * Returns undefined if `thumbhash` is invalid, because neither the server nor the SDK has checked it.
 */
export function blurOf(thumbhash: string): { width: number; height: number; data: Uint8ClampedArray } | undefined {
  try {
    const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0)))
    return { width: w, height: h, data: new Uint8ClampedArray(rgba) }
  } catch {
    return undefined
  }
}
