import type { IncomingMessage, ServerResponse } from 'node:http'
import { pathOf, sendError, sendJson } from './http.ts'

/**
 * Answers `GET /dev/environment` with what the stream function is told: scripts for operators find table, bucket and
 * connections by it (`npm run replay -- --local`), whose ports are others at every start. No secrets: its keys are
 * stand-ins.
 */
export const createDevEnvironment = (environment: Readonly<Record<string, string>>) => ({
  /** False for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean {
    if (pathOf(req) !== '/dev/environment') return false
    if (req.method === 'GET' || req.method === 'HEAD') sendJson(res, 200, environment)
    else sendError(res, 405, 'method_not_allowed', 'unable to answer; use GET', { allow: 'GET, HEAD' })
    return true
  },
})
