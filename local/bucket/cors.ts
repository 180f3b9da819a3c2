import type { Exchange } from './exchange.ts'
import { S3Error } from './s3-error.ts'

/** The CORS rule of the deployed bucket. It allows all headers (`*`). */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT']
const EXPOSED = 'ETag'
const MAX_AGE_SECONDS = 3000

/**
 * Lets an origin that the rule allows read the response. Returns false for any other origin or method.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
export function applyCors(
  exchange: Pick<Exchange, 'res' | 'headers'>,
  method: string,
  origins: readonly string[],
): boolean {
  const { res, headers } = exchange
  res.setHeader('vary', 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method')
  const origin = headers.origin
  if (origin === undefined || !METHODS.includes(method)) return false
  const any = origins.includes('*')
  if (!origins.some((pattern) => matches(origin, pattern))) return false
  res.setHeader('access-control-allow-origin', any ? '*' : origin)
  if (!any) res.setHeader('access-control-allow-credentials', 'true')
  res.setHeader('access-control-allow-methods', METHODS.join(', '))
  res.setHeader('access-control-expose-headers', EXPOSED)
  res.setHeader('access-control-max-age', String(MAX_AGE_SECONDS))
  return true
}

/**
 * Responds to OPTIONS.
 *
 * @throws S3Error AccessForbidden for an origin or method that isn't allowed
 */
export function preflight(exchange: Pick<Exchange, 'res' | 'headers'>, origins: readonly string[]): void {
  const { res, headers } = exchange
  const method = headers['access-control-request-method']
  if (headers.origin === undefined || method === undefined) {
    throw new S3Error('BadRequest', 'Insufficient information. Origin request header needed.')
  }
  if (!applyCors(exchange, method, origins)) {
    throw new S3Error('AccessForbidden', 'CORSResponse: This CORS request is not allowed.')
  }
  const asked = headers['access-control-request-headers']
  if (asked !== undefined) res.setHeader('access-control-allow-headers', asked)
  res.writeHead(200, { 'content-length': 0 }).end()
}

/** Whether an origin matches a pattern, in which one `*` stands for any text. */
function matches(origin: string, pattern: string): boolean {
  const [start = '', end] = pattern.split('*')
  if (end === undefined) return origin === pattern
  return origin.length >= pattern.length - 1 && origin.startsWith(start) && origin.endsWith(end)
}
