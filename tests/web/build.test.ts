import { readFileSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildPage } from '../../web/build-page.ts'
import type { PageFile } from '../../web/page-file.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const web = fileURLToPath(new URL('../../web/', import.meta.url))

interface Manifest {
  start_url: string
  scope: string
  icons: { src: string; purpose?: string }[]
}

/** Returns the lists of files that the build has written into the worker. */
function buildIn(worker: string): { files: string[]; later: string[] } {
  const listIn = (name: string) =>
    (new RegExp(`${name}:\\[(.*?)\\]`).exec(worker)?.[1] ?? '').split(',').map((text) => text.slice(1, -1))
  return { files: listIn('files'), later: listIn('later') }
}

describe('the built page', () => {
  let files: PageFile[]
  const text = (ending: string) => String(files.find(({ path }) => path.endsWith(ending))?.content)
  beforeAll(async () => {
    files = await buildPage()
  })

  test('is a document and its assets, each named by its content, and what browsers look for by names that stay', () => {
    expect(files.map(({ path }) => path.replace(/-[\w-]{8}\./, '-HASH.')).sort()).toEqual([
      'assets/ar-HASH.js',
      'assets/confusable-key-HASH.js',
      'assets/de-HASH.js',
      'assets/emoji-choice-HASH.js',
      'assets/emoji-de-HASH.js',
      'assets/emoji-en-HASH.js',
      'assets/emoji-es-HASH.js',
      'assets/emoji-ja-HASH.js',
      'assets/emoji-names-HASH.js',
      'assets/es-HASH.js',
      'assets/icon-HASH.svg',
      'assets/icon-unread-HASH.svg',
      'assets/index-HASH.css',
      'assets/index-HASH.js',
      'assets/ja-HASH.js',
      'assets/opened-dialog-HASH.js',
      'assets/voice-recorder-HASH.js',
      'icon-180.png',
      'icon-192.png',
      'icon-512.png',
      'icon-maskable-512.png',
      'index.html',
      'manifest.webmanifest',
      'sw.js',
    ])
  })

  test('asks for its configuration before its script has started', () => {
    expect(text('index.html')).toMatch(/<link rel="preload" as="fetch" crossorigin href="config.json" *\/>/)
  })

  test('has nothing inline, which its policy forbids', () => {
    const html = text('index.html')
    expect(html).toMatch(/<script type="module" crossorigin src="\/assets\/index-[\w-]+\.js"><\/script>/)
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\s(on\w+|style)=|javascript:/)
    expect(text('.css')).not.toMatch(/data:|https?:\/\/(?!www\.w3\.org)|@import/)
  })

  // Access, roles, moderation, invites and public rooms are 8 kB of it when compressed, Markdown is 13 kB, all
  // that the page says in English is 8 kB.
  test('is small: what it loads first is under 369 kB, 121 kB when compressed, and 109 KB of that is code', () => {
    const later = /(?:^sw\.js$|(?:ar|confusable-key|de|emoji-\w+|es|ja|opened-dialog|voice-recorder)-)/
    const first = files.filter(({ path }) => /\.(js|css|html)$/.test(path) && !later.test(path))
    const sizes = first.map(({ content }) => [Buffer.byteLength(content), gzipSync(content).length])
    const [bytes, compressed] = [0, 1].map((index) => sizes.reduce((sum, size) => sum + size[index]!, 0))
    expect(bytes).toBeLessThan(369_000)
    expect(compressed).toBeLessThan(121_000)
    const code = first.filter(({ path }) => path.endsWith('.js')).map(({ content }) => gzipSync(content).length)
    expect(code.reduce((sum, size) => sum + size)).toBeLessThan(109 * 1_024)
  })

  test('has a worker of less than 2 kB when compressed, which keeps each of these files but the largest', () => {
    const worker = text('sw.js')
    expect(gzipSync(worker).length).toBeLessThan(2_000)
    const assets = files.map(({ path }) => path).filter((path) => path.startsWith('assets/'))
    const { files: kept, later } = buildIn(worker)
    expect([...kept, ...later].sort()).toEqual(assets.sort())
    const emoji = ['de', 'en', 'es', 'ja'].map((language) => `assets/emoji-${language}-HASH.js`)
    expect(later.map((path) => path.replace(/-[\w-]{8}\./, '-HASH.')).sort()).toEqual(emoji)
  })

  test('can be installed: its manifest names a start and icons that are there, one of them to be cut', () => {
    const { start_url, scope, icons } = JSON.parse(text('manifest.webmanifest')) as Manifest
    expect([start_url, scope]).toEqual(['./', './'])
    for (const { src } of icons) expect(files.map(({ path }) => path)).toContain(src)
    expect(icons.map(({ purpose = 'any' }) => purpose)).toEqual(['any', 'any', 'maskable'])
    expect(text('index.html')).toContain('<link rel="manifest" href="/manifest.webmanifest" />')
  })

  test('runs React as it is meant for production', () => {
    expect(text('.js')).not.toContain('Download the React DevTools')
    expect(text('.js')).not.toContain('jsxDEV')
  })

  test('is the same when it is built again', async () => {
    expect(await buildPage()).toEqual(files)
  })
})

test('a source that is wrong is named in one sentence', async () => {
  const root = temporaryFolder()
  await expect(buildPage(root)).rejects.toThrow(/^unable to build the page; [^\n]*index\.html[^\n]*$/)
  await writeFile(join(root, 'index.html'), '<script type="module" src="./main.ts"></script>')
  await writeFile(join(root, 'main.ts'), 'const = 1')
  await expect(buildPage(root)).rejects.toThrow(
    /^unable to build the page; [^\n]*Unexpected token \([^\n]*main\.ts:1:7\)$/,
  )
})

test('no source makes HTML of a string, or opens a page that could reach back', () => {
  const sources = readdirSync(join(web, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  )
  expect(sources.length).toBeGreaterThan(40)
  for (const file of sources) {
    const source = readFileSync(join(web, 'src', file), 'utf8')
    expect(source, file).not.toMatch(
      /dangerouslySetInnerHTML|(inner|outer)HTML|insertAdjacentHTML|document\.write|eval\(/,
    )
    for (const [link] of source.matchAll(/<a\b[^>]*target="_blank"[^>]*>/gs)) expect(link, file).toContain('noopener')
  }
})
