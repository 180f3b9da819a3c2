import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf, sendError } from '../http.ts'

/** Serves the page at `/`. */
export interface Page {
  /** Answers `GET /`; false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

/**
 * Read the page; only its own inline script and style may run in it.
 *
 * @param bucketOrigin where it may send files to and show pictures from, beside its own origin
 */
export async function loadPage(bucketOrigin: string): Promise<Page> {
  const html = await readFile(new URL('./index.html', import.meta.url), 'utf8')
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-cache',
    'content-security-policy': policy(html, bucketOrigin),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  return {
    handleRequest(req, res) {
      if (pathOf(req) !== '/') return false
      if (req.method === 'GET' || req.method === 'HEAD') {
        res.writeHead(200, headers).end(req.method === 'GET' ? html : undefined)
      } else {
        sendError(res, 405, 'method_not_allowed', 'unable to answer; use GET', { allow: 'GET, HEAD' })
      }
      return true
    },
  }
}

function policy(html: string, bucketOrigin: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashOf(html, 'script')}`,
    `style-src ${hashOf(html, 'style')}`,
    `connect-src 'self' ${bucketOrigin}`,
    `img-src ${bucketOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy#hash_algorithm-hash_value */
function hashOf(html: string, tag: 'script' | 'style'): string {
  const text = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
