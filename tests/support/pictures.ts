import { crc32 } from 'node:zlib'
import sharp from 'sharp'

/** The place in the EXIF data of the test's photos. */
const PLACE = {
  GPSLatitudeRef: 'N',
  GPSLatitude: '51/1 30/1 26/1',
  GPSLongitudeRef: 'W',
  GPSLongitude: '0/1 7/1 39/1',
}

interface PhotoOptions {
  format?: 'jpeg' | 'png' | 'webp' | 'avif'
  width?: number
  height?: number
  /** The orientation in EXIF: how a viewer must turn the photo. */
  orientation?: number
}

/** Returns a photo whose stored upper half is red and lower half blue, with EXIF data that contains its place. */
export async function photo({ format = 'jpeg', width = 1600, height = 1200, orientation = 1 }: PhotoOptions = {}) {
  const half = { width, height: height / 2, channels: 3 as const, background: '#0000c0' }
  const bytes = await sharp({ create: { width, height, channels: 3, background: '#c00000' } })
    .composite([{ input: { create: half }, gravity: 'south' }])
    .withExif({ IFD0: { Make: 'A camera' }, IFD3: PLACE })
    .withMetadata({ orientation })
    .toFormat(format, { effort: 1 })
    .toBuffer()
  return Uint8Array.from(bytes)
}

/** Returns a picture of two frames, red and blue. */
export async function moving(format: 'gif' | 'webp', width = 800, height = 600): Promise<Uint8Array<ArrayBuffer>> {
  const frames = await Promise.all(
    ['#c00000', '#0000c0'].map((background) =>
      sharp({ create: { width, height, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  return Uint8Array.from(
    await sharp(frames, { join: { animated: true } })
      .toFormat(format, { effort: 1 })
      .toBuffer(),
  )
}

/** Returns a PNG of a few bytes whose header claims this many pixels. */
export async function claimingPng(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#c00000' } })
    .png()
    .toBuffer()
  // The signature, the chunk's length and its name come first: https://www.w3.org/TR/png-3/#11IHDR
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return Uint8Array.from(bytes)
}

/** Returns the colour of a pixel of the first frame, as three numbers. */
export async function pixelAt(picture: Uint8Array, left: number, top: number): Promise<number[]> {
  const one = sharp(picture).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw()
  return [...(await one.toBuffer())]
}
