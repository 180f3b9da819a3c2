import '../support/own-table.ts'
import { clock, ownBucket } from '../support/own-bucket.ts'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { parse } from 'content-disposition'
import { afterAll, afterEach, expect, test } from 'vitest'
import { bucket, fileUrlOf, objectKeyOf } from '../../src/files/bucket-settings.ts'
import { presignGet } from '../../src/files/presign-get.ts'
import { presignPost } from '../../src/files/presign-post.ts'
import { s3 } from '../../src/files/s3-client.ts'
import { png, sendForm } from '../support/upload-form.ts'

afterAll(() => ownBucket.close())
afterEach(() => {
  clock.aheadMs = 0
})

const MINUTE = 60_000
const noon = Date.UTC(2030, 0, 1, 12)
const file = { fileUrl: fileUrlOf('rooms/r/u/k'), fileName: 'a.png', contentType: 'image/png' }

test('URLs signed within five minutes are one URL, so that a browser has the file already', async () => {
  const { url, expiresAt } = await presignGet(file, noon)
  expect(await presignGet(file, noon + 5 * MINUTE - 1)).toEqual({ url, expiresAt })
  expect((await presignGet(file, noon + 5 * MINUTE)).url).not.toBe(url)
  expect((await presignGet(file, noon - 1)).url).not.toBe(url)
})

test.each([0, 1, 4.99 * MINUTE])('a URL holds for 10 to 15 minutes: signed %d ms into its window', async (into) => {
  const { url, expiresAt } = await presignGet(file, noon + into)
  expect(expiresAt).toBe(noon + 15 * MINUTE)
  const query = new URL(url).searchParams
  expect([query.get('X-Amz-Date'), query.get('X-Amz-Expires')]).toEqual(['20300101T120000Z', '900'])
})

const kept = async (Key: string, contentType: string, fileName: string) => {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: png, ContentType: contentType }))
  return { fileUrl: fileUrlOf(Key), fileName, contentType }
}

test('a URL is honoured until it expires and no longer', async () => {
  const { url, expiresAt } = await presignGet(await kept('rooms/r/u/expiring', 'image/png', 'a.png'))
  clock.aheadMs = expiresAt - Date.now() - 1_000
  expect((await fetch(url)).status).toBe(200)
  clock.aheadMs += 2_000
  expect((await fetch(url)).status).toBe(403)
})

test.each([
  ['image/png', 'inline'],
  ['application/pdf', 'inline'],
  ['video/x-m4v', 'inline', 'video/mp4'],
  ['text/html', 'attachment'],
  ['image/svg+xml', 'attachment'],
  ['application/json', 'attachment'],
])('%s is served %s, as its declared type', async (contentType, disposition, type = contentType) => {
  const { url } = await presignGet(await kept('rooms/r/u/typed', contentType, 'file'))
  const { headers } = await fetch(url)
  expect(headers.get('content-disposition')).toMatch(new RegExp(`^${disposition};`))
  expect(headers.get('content-type')).toBe(type)
})

test.each([
  ['notes.txt', 'utf-8', 'inline', 'text/plain; charset=utf-8'],
  ['index.ts', 'utf-8', 'inline', 'text/plain; charset=utf-8'],
  ['README', 'utf-8', 'inline', 'text/plain; charset=utf-8'],
  ['tool.py', 'utf-8', 'inline', 'text/plain; charset=utf-8'],
  ['run.sh', 'utf-8', 'inline', 'text/plain; charset=utf-8'],
  ['run.sh', undefined, 'attachment', 'text/plain'],
  ['notes.txt', undefined, 'attachment', 'text/plain'],
  ['page.html', 'utf-8', 'attachment', 'text/plain; charset=utf-8'],
] as const)('the text %s in %s is served %s, as %s', async (name, charset, disposition, type) => {
  const text = await kept('rooms/r/u/text', 'text/plain', name)
  const { url } = await presignGet({ ...text, ...(charset === undefined ? {} : { charset }) })
  const { headers } = await fetch(url)
  expect(headers.get('content-disposition')).toMatch(new RegExp(`^${disposition};`))
  expect(headers.get('content-type')).toBe(type)
})

test('a URL stays far below the 8 KB that S3 accepts, whatever the name', async () => {
  const { url } = await presignGet({ ...file, fileName: `${'😀'.repeat(251)}.png` })
  expect(url.length).toBeLessThan(3_000)
})

test('a URL is for the version that was verified, whatever was put under the key since', async () => {
  const described = { Bucket: bucket, Key: 'rooms/r/u/pinned', ContentType: 'image/png' }
  const { VersionId: versionId } = await s3.send(new PutObjectCommand({ ...described, Body: png }))
  const { VersionId: other } = await s3.send(new PutObjectCommand({ ...described, Body: 'unverified' }))
  const pinned = { ...file, fileUrl: fileUrlOf(described.Key), versionId: versionId! }
  const { url } = await presignGet(pinned)
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.from(png))
  expect((await fetch(url.replace(versionId!, other!))).status).toBe(403)
})

test.each(['response-content-disposition', 'response-content-type', 'X-Amz-Expires'])(
  'a URL whose %s was changed is refused',
  async (name) => {
    const { url } = await presignGet(await kept('rooms/r/u/tampered', 'image/svg+xml', 'a.svg'))
    const other = new URL(url)
    other.searchParams.set(name, name === 'X-Amz-Expires' ? '901' : 'text/html')
    expect((await fetch(url)).status).toBe(200)
    expect((await fetch(other)).status).toBe(403)
  },
)

test.each([
  'plain.png',
  'Grüße ☕ 日本語.png',
  'a "quoted" name.png',
  "it's 100%25 + more; a=b, c.png",
  '👩‍👩‍👧'.repeat(14),
  'x'.repeat(255),
])('the name %s comes back as it was', async (fileName) => {
  const { url } = await presignGet(await kept('rooms/r/u/named', 'image/png', fileName))
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(parse(response.headers.get('content-disposition')!).parameters.filename).toBe(fileName)
})

test.each([
  ['../../etc/passwd', '.._.._etc_passwd.png'],
  ['..\\..\\boot.ini', '.._.._boot.ini.png'],
  ['two\nlines.png', 'two_lines.png'],
  ['a\r\nset-cookie: a=b', 'a__set-cookie: a=b'],
  ['nul\0.png', 'nul_.png'],
])('the name %j leads to no folder and breaks no header', async (fileName, offered) => {
  const { url } = await presignGet(await kept('rooms/r/u/odd', 'image/png', fileName))
  const response = await fetch(url)
  expect(response.status).toBe(200)
  expect(parse(response.headers.get('content-disposition')!).parameters.filename).toBe(offered)
  expect(response.headers.get('set-cookie')).toBeNull()
})

test('the S3 URI and the key lead to each other', () => {
  const key = 'rooms/dm:a/u/k'
  expect(fileUrlOf(key)).toBe(`s3://${bucket}/${key}`)
  expect(objectKeyOf(fileUrlOf(key))).toBe(key)
})

test('a file that a restored row names in another stack’s bucket is served from this one', async () => {
  await kept('rooms/r/u/restored', 'image/png', 'a.png')
  const { url } = await presignGet({ ...file, fileUrl: 's3://the-bucket-of-another-stack/rooms/r/u/restored' })
  expect((await fetch(url)).status).toBe(200)
})

test('a form fixes bucket, key, type, tag and exact size, for 15 minutes', async () => {
  const before = Date.now()
  const form = await presignPost({ key: 'rooms/r/u/k', contentType: 'image/png', size: 70 })
  const policy = JSON.parse(Buffer.from(form.fields.Policy!, 'base64').toString()) as {
    expiration: string
    conditions: unknown[]
  }
  expect(policy.conditions).toEqual(
    expect.arrayContaining([
      ['content-length-range', 70, 70],
      { bucket },
      { key: 'rooms/r/u/k' },
      { 'Content-Type': 'image/png' },
      { tagging: form.fields.tagging },
    ]),
  )
  expect(Date.parse(policy.expiration)).toBeGreaterThanOrEqual(before + 15 * MINUTE - 1_000)
  expect(Date.parse(policy.expiration)).toBeLessThanOrEqual(Date.now() + 15 * MINUTE)
  expect(form.expiresAt).toBeGreaterThanOrEqual(before + 15 * MINUTE)
  expect(form.expiresAt).toBeLessThanOrEqual(Date.now() + 15 * MINUTE)
})

test('a form is taken until it expires and no longer', async () => {
  const form = await presignPost({ key: 'rooms/r/u/late', contentType: 'image/png', size: png.length })
  clock.aheadMs = 14 * MINUTE
  expect((await sendForm(form, png)).status).toBe(204)
  clock.aheadMs = 15 * MINUTE + 1
  const refused = await sendForm(form, png)
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain('expired')
})
