import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { isShrinkable, MAX_PICTURE_BYTES, shrinkPicture } from '../../src/uploads/shrink-picture.ts'
import { claimingPng, moving, photo, pixelAt } from '../support/pictures.ts'

const isRed = ([red = 0, , blue = 0]: number[]) => red > 128 && blue < 64
const isBlue = ([red = 0, , blue = 0]: number[]) => blue > 128 && red < 64

describe('a picture made small', () => {
  test.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'of %s is WebP of two sizes that says nothing',
    async (format) => {
      const original = await photo({ format })
      expect((await sharp(original).metadata()).exif?.length).toBeGreaterThan(100)
      const small = await shrinkPicture(original)
      expect(small.map(({ edge }) => edge)).toEqual([640, 1280])
      for (const { edge, bytes } of small) {
        const about = await sharp(bytes).metadata()
        expect(about).toMatchObject({ format: 'webp', width: edge, height: (edge * 3) / 4 })
        expect([about.exif, about.icc, about.xmp, about.iptc, about.orientation]).toEqual(Array(5).fill(undefined))
      }
    },
  )

  test('stands upright, as a viewer would have turned its original', async () => {
    const [small] = await shrinkPicture(await photo({ orientation: 6 }))
    expect(await sharp(small!.bytes).metadata()).toMatchObject({ width: 480, height: 640 })
    // A quarter turn clockwise: the upper half is now on the right.
    expect([await pixelAt(small!.bytes, 40, 320), await pixelAt(small!.bytes, 440, 320)].map(isRed)).toEqual([
      false,
      true,
    ])
    expect(isBlue(await pixelAt(small!.bytes, 40, 320))).toBe(true)
  })

  test('that was small already is only rewritten, once', async () => {
    const [only, ...others] = await shrinkPicture(await photo({ width: 100, height: 50 }))
    expect(others).toEqual([])
    expect(await sharp(only!.bytes).metadata()).toMatchObject({ format: 'webp', width: 100, height: 50 })
  })

  test('moves as its original did', async () => {
    const [small, ...others] = await shrinkPicture(await moving('gif'))
    expect(others.map(({ edge }) => edge)).toEqual([1280])
    expect(await sharp(small!.bytes).metadata()).toMatchObject({ format: 'webp', pages: 2, width: 640 })
    const still = await sharp(small!.bytes, { page: 1 }).png().toBuffer()
    expect(isBlue(await pixelAt(still, 10, 10))).toBe(true)
  })
})

describe('what is not made small', () => {
  test('a picture of over 50 megapixels, by what it says of itself', async () => {
    await expect(shrinkPicture(await claimingPng(50_000, 50_000))).rejects.toThrow('Input image exceeds pixel limit')
  })

  test('a moving picture whose frames have so many together', async () => {
    const frames = Buffer.from(await moving('webp', 16, 16))
    // The size of the canvas: https://www.rfc-editor.org/rfc/rfc9649#name-extended-file-format
    for (const at of [24, 27]) frames.writeUIntLE(5_100 - 1, at, 3)
    await expect(shrinkPicture(frames)).rejects.toThrow('Input image exceeds pixel limit')
  })

  test('a photo that is cut off', async () => {
    const whole = await photo()
    await expect(shrinkPicture(whole.subarray(0, whole.length / 2))).rejects.toThrow('premature end of JPEG image')
  })

  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['PDF', '%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF'],
    ['a text', 'hello'],
  ])('%s, whatever its type says', async (_name, content) => {
    await expect(shrinkPicture(Buffer.from(content))).rejects.toThrow('Input buffer contains unsupported image format')
  })

  test('TIFF, which no browser shows, and of which libvips has a reader', async () => {
    const tiff = await sharp(await photo())
      .tiff()
      .toBuffer()
    await expect(shrinkPicture(tiff)).rejects.toThrow('Input buffer contains unsupported image format')
  })

  test('a type that browsers don’t show, or a file of over 25 MB', () => {
    const most = MAX_PICTURE_BYTES
    expect(['image/jpg', 'image/png', 'image/gif'].map((type) => isShrinkable(type, most))).toEqual([true, true, true])
    expect(['image/svg+xml', 'image/heic', 'video/mp4'].map((type) => isShrinkable(type, 1))).toEqual([
      false,
      false,
      false,
    ])
    expect(isShrinkable('image/png', most + 1)).toBe(false)
  })
})
