import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash'

/** What can be shown of a picture before it is there. */
export interface Look {
  /** Pixels, turned as its EXIF says. */
  width?: number
  height?: number
  /** Base64, 20 to 40 characters. */
  thumbhash?: string
}

/** A hash is of at most this many pixels a side. */
const HASHED_PIXELS = 100
/** The server takes no more. */
const MAX_PIXELS = 65_535

/** The parts of a browser that are used here, because the compiler knows Node's types only. */
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
 * Returns the size and the blur of a picture, for browsers; nothing of what is no picture or can't be shown here.
 * The picture is decoded once. https://evanw.github.io/thumbhash/
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
 * Returns the blur as some 32 × 32 pixels for an `ImageData`: four bytes each, red, green, blue and opacity. Undefined
 * when it is none: nobody has checked what an uploader gave.
 */
export function blurOf(thumbhash: string): { width: number; height: number; data: Uint8ClampedArray } | undefined {
  try {
    const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(atob(thumbhash), (character) => character.charCodeAt(0)))
    return { width: w, height: h, data: new Uint8ClampedArray(rgba) }
  } catch {
    return undefined
  }
}
