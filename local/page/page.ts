import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { contentSecurityPolicy } from '../../web/content-security-policy.ts'
import { pathOf, sendError, sendJson } from '../http.ts'
import type { PageFile, PageFiles } from './page-files.ts'

interface PageOptions {
  files: PageFiles
  /** The page may upload files to this origin and show pictures from it. */
  bucketOrigin: string
  /** The WebSocket's path, on the same host. */
  socketPath: string
  /** The origins from which the page may show users' pictures. */
  imageOrigins: readonly string[]
  /** Where browsers subscribe to Web Push. */
  pushUrl?: string | undefined
}

/** Serves the page at `/`, its files, and its configuration at `/config.json`. */
interface Page {
  /** Returns false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  png: 'image/png',
  svg: 'image/svg+xml',
  webmanifest: 'application/manifest+json',
}

export function createPage({ files, bucketOrigin, socketPath, imageOrigins, pushUrl }: PageOptions): Page {
  /** What was sent compressed once. */
  const compressed = new WeakMap<PageFile, Buffer>()
  const compress = (file: PageFile): Buffer => {
    const bytes = compressed.get(file) ?? gzipSync(file.content)
    compressed.set(file, bytes)
    return bytes
  }

  const respond = async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    let file: PageFile | undefined
    try {
      file = await files.get(path)
    } catch (error) {
      return sendError(res, 500, 'internal', (error as Error).message)
    }
    if (!file) return sendError(res, 404, 'not_found', 'unable to answer; there is nothing at this path')
    const isDocument = path === 'index.html'
    // As a host of pages does it: a phone on the same network waits a quarter of the time.
    const isCompressed = typeof file.content === 'string' && acceptsGzip(req.headers['accept-encoding'])
    const content = isCompressed ? compress(file) : file.content
    res.writeHead(200, {
      'content-type': TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'content-length': Buffer.byteLength(content),
      vary: 'accept-encoding',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      // Immutable, because the name of an asset changes with its content.
      'cache-control': path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      ...(isDocument ? documentHeaders({ bucketOrigin, imageOrigins, pushUrl }, req.headers.host) : {}),
    })
    res.end(req.method === 'HEAD' ? undefined : content)
  }

  return {
    handleRequest(req, res) {
      const path = fileAt(pathOf(req))
      if (path === undefined) return false
      if (req.method !== 'GET' && req.method !== 'HEAD') {
        sendError(res, 405, 'method_not_allowed', 'unable to answer; use GET', { allow: 'GET, HEAD' })
      } else if (path === 'config.json') {
        sendJson(res, 200, { url: socketPath, signIn: { kind: 'local' }, imageOrigins, pushUrl })
      } else {
        respond(req, res, path).catch((error: unknown) => {
          res.destroy(error instanceof Error ? error : undefined)
        })
      }
      return true
    },
  }
}

/** Whether a client takes gzip, which it may refuse by `q=0`. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
function acceptsGzip(accepted: string | string[] = ''): boolean {
  const weights = new Map(
    String(accepted)
      .toLowerCase()
      .split(',')
      .map((coding) => {
        const [name = '', ...parameters] = coding.split(';').map((part) => part.trim())
        const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
        return [name, q === undefined ? 1 : Number(q)] as const
      }),
  )
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}

function fileAt(path: string): string | undefined {
  if (path === '/') return 'index.html'
  return /^\/(config\.json|sw\.js|manifest\.webmanifest|icon-[\w-]+\.png|assets\/.*)$/s.test(path)
    ? path.slice(1)
    : undefined
}

function documentHeaders(
  { bucketOrigin, imageOrigins: faces, pushUrl }: Pick<PageOptions, 'bucketOrigin' | 'imageOrigins' | 'pushUrl'>,
  host: string | undefined,
): Record<string, string> {
  // In some browsers 'self' doesn't include the WebSocket of the same host.
  const socketOrigins = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? [`ws://${host}`] : []
  // Any port, because the bucket's port changes at a restart, and an open page must continue to work.
  const bucket = bucketOrigin.replace(/:\d+$/, ':*')
  const push = pushUrl === undefined ? [] : [new URL(pushUrl).origin]
  const connect = [...socketOrigins, bucket, ...push]
  return {
    'content-security-policy': contentSecurityPolicy({ connect, images: [bucket], faces }),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  }
}
