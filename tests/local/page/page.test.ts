import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../../src/local/http.ts'
import { loadPage } from '../../../src/local/page/page.ts'

describe('the page', () => {
  let server: Server
  let url: string

  beforeAll(async () => {
    const page = await loadPage('http://127.0.0.1:9000')
    server = createServer((req, res) => {
      if (!page.handleRequest(req, res)) res.writeHead(404).end()
    })
    url = `http://127.0.0.1:${String(await listen(server, 0, '127.0.0.1'))}/`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  test('may run its own script and style, connect to its own origin and use the bucket, nothing else', async () => {
    const response = await fetch(`${url}?room=lobby`)
    const html = await response.text()
    const sha256 = (tag: string) => {
      const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html) ?? []
      expect(text).not.toBe('')
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    }
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${sha256('script')}`,
      `style-src ${sha256('style')}`,
      "connect-src 'self' http://127.0.0.1:9000",
      'img-src http://127.0.0.1:9000',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
  })

  test('has neither inline handlers nor style attributes, which its policy forbids, and writes text as text', async () => {
    const html = await (await fetch(url)).text()
    expect(html).not.toMatch(/<[^>]+\s(on\w+|style)=/)
    expect(html).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
    expect(html).not.toMatch(/https?:\/\//)
  })

  test('answers 405 to anything but GET and HEAD, and leaves other paths to others', async () => {
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${url}index.html`)).status).toBe(404)
  })
})
