import { readFileSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildPage, type PageFile } from '../../web/build-page.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const web = fileURLToPath(new URL('../../web/', import.meta.url))

describe('the built page', () => {
  let files: PageFile[]
  const text = (ending: string) => String(files.find(({ path }) => path.endsWith(ending))?.content)
  beforeAll(async () => {
    files = await buildPage()
  })

  test('is a document and its assets, each named by its content', () => {
    expect(files.map(({ path }) => path.replace(/-[\w-]{8}\./, '-HASH.')).sort()).toEqual([
      'assets/ar-HASH.js',
      'assets/confusable-key-HASH.js',
      'assets/de-HASH.js',
      'assets/emoji-choice-HASH.js',
      'assets/es-HASH.js',
      'assets/grammar-HASH.js',
      'assets/icon-HASH.svg',
      'assets/icon-unread-HASH.svg',
      'assets/index-HASH.css',
      'assets/index-HASH.js',
      'assets/ja-HASH.js',
      'assets/jsxRuntime-HASH.js',
      'assets/manifest-HASH.webmanifest',
      'assets/name-field-HASH.js',
      'assets/opened-dialog-HASH.js',
      'assets/touch-icon-HASH.png',
      'index.html',
    ])
  })

  test('has nothing inline, which its policy forbids', () => {
    const html = text('index.html')
    expect(html).toMatch(/<script type="module" crossorigin src="\/assets\/index-[\w-]+\.js"><\/script>/)
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\s(on\w+|style)=|javascript:/)
    expect(text('.css')).not.toMatch(/data:|https?:\/\/(?!www\.w3\.org)|@import/)
  })

  // Access, roles, moderation, invites and public rooms are 8 kB of it when compressed, Markdown is 13 kB, all
  // that the page says in English is 8 kB.
  test('is small: what it loads first is under 345 kB, 114 kB when compressed, and 104 KB of that is code', () => {
    const later = /(?:ar|confusable-key|de|emoji-choice|es|ja|opened-dialog)-/
    const first = files.filter(({ path }) => /\.(js|css|html)$/.test(path) && !later.test(path))
    const sizes = first.map(({ content }) => [Buffer.byteLength(content), gzipSync(content).length])
    const [bytes, compressed] = [0, 1].map((index) => sizes.reduce((sum, size) => sum + size[index]!, 0))
    expect(bytes).toBeLessThan(345_000)
    expect(compressed).toBeLessThan(114_000)
    const code = first.filter(({ path }) => path.endsWith('.js')).map(({ content }) => gzipSync(content).length)
    expect(code.reduce((sum, size) => sum + size)).toBeLessThan(104 * 1_024)
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
