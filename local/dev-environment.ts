import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf, sendError, sendJson } from './http.ts'

/**
 * Serves `GET /dev/environment`: the environment of the stream function, to programs on this machine only. Scripts for
 * operators (`npm run replay -- --local`) find the table, the bucket and the connections with it, because the ports and
 * keys change with every start.
 */
export const createDevEnvironment = (environment: Readonly<Record<string, string>>) => ({
  /** Returns false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean {
    if (pathOf(req) !== '/dev/environment') return false
    if (req.method === 'GET' || req.method === 'HEAD') sendJson(res, 200, environment)
    else sendError(res, 405, 'method_not_allowed', 'unable to answer; use GET', { allow: 'GET, HEAD' })
    return true
  },
})
