import { mkdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose'
import * as z from 'zod'
import { UserId } from '../src/protocol/scalars.ts'
import { StartupError } from './contracts.ts'
import { pathOf, readBody, sendError, sendJson } from './http.ts'
import { writePrivately } from './write-privately.ts'

const ALGORITHM = 'ES256'
const KEY_FILE = 'issuer-key.json'
const MAX_BODY_BYTES = 8_192
const DEFAULT_LIFETIME_SECONDS = 3_600
const MAX_LIFETIME_SECONDS = 86_400

const TokenRequest = z.strictObject({
  userId: UserId,
  name: z.string().min(1).max(128).optional(),
  picture: z.string().min(1).max(1_024).optional(),
  scope: z.string().min(1).max(256).optional(),
  expiresInSeconds: z.int().min(1).max(MAX_LIFETIME_SECONDS).optional(),
})

/** `expiresInSeconds` is 1–86,400, by default 3,600. A scope is, for example, `tabletalk:server`. */
export type TokenRequest = z.infer<typeof TokenRequest>

/** Signs the tokens of the local runtime, in place of the team's own identity provider. */
export interface Issuer {
  /** The claim `iss`. */
  issuer: string
  /** The claim `aud`. */
  audience: string
  /** @throws z.ZodError if the request is invalid */
  token(request: TokenRequest): Promise<string>
  /** Handles `POST /dev/token` and `GET /.well-known/jwks.json`. Returns false for any other path. */
  handleRequest(req: IncomingMessage, res: ServerResponse): boolean
}

/**
 * Creates the issuer. Its key pair is new, or the one kept in `dataDir`, so that tokens stay valid over a restart.
 *
 * @throws StartupError if the kept key can't be read
 */
export async function createIssuer({ dataDir }: { dataDir?: string | undefined }): Promise<Issuer> {
  const privateJwk = dataDir === undefined ? await generateKey() : await keptKey(dataDir)
  const key = await importJWK(privateJwk, ALGORITHM)
  const { kty, crv, x, y } = privateJwk
  const publicJwk = { kty, crv, x, y } as JWK
  const kid = await calculateJwkThumbprint(publicJwk)
  const jwks = { keys: [{ ...publicJwk, kid, alg: ALGORITHM, use: 'sig' }] }

  const issuer = 'https://issuer.tabletalk.local'
  const audience = 'tabletalk'

  const token = async (request: TokenRequest): Promise<string> => {
    const { userId, expiresInSeconds = DEFAULT_LIFETIME_SECONDS, ...claims } = TokenRequest.parse(request)
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresInSeconds)
      .sign(key)
  }

  const respondWithToken = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await readBody(req, MAX_BODY_BYTES)
    if (body === undefined) {
      sendError(res, 413, 'too_large', `unable to issue a token; the body has more than ${MAX_BODY_BYTES} bytes`)
      return
    }
    const json = parseJson(body)
    if (json === undefined) {
      sendError(res, 400, 'invalid_request', 'unable to issue a token; the body is not JSON, such as {"userId":"ada"}')
      return
    }
    const request = TokenRequest.safeParse(json)
    if (!request.success) {
      sendError(res, 400, 'invalid_request', `unable to issue a token; ${problems(request.error)}`)
      return
    }
    sendJson(res, 200, { token: await token(request.data) })
  }

  return {
    issuer,
    audience,
    token,
    handleRequest(req, res) {
      switch (pathOf(req)) {
        case '/.well-known/jwks.json':
          if (req.method === 'GET' || req.method === 'HEAD') sendJson(res, 200, jwks)
          else sendError(res, 405, 'method_not_allowed', 'unable to answer; use GET', { allow: 'GET, HEAD' })
          return true
        case '/dev/token':
          if (req.method !== 'POST') {
            sendError(res, 405, 'method_not_allowed', 'unable to issue a token; use POST', { allow: 'POST' })
            return true
          }
          respondWithToken(req, res).catch((error: unknown) => {
            // The client disconnected while it was sending, or the response can't be written any more.
            res.destroy(error instanceof Error ? error : undefined)
          })
          return true
        default:
          return false
      }
    },
  }
}

/** Returns undefined for text that isn't JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problems({ issues }: z.ZodError): string {
  return issues
    .map(({ path, message }) =>
      path.length > 0 ? `${path.join('.')}: ${message}` : `the body is not valid: ${message}`,
    )
    .join(', ')
}

async function generateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  return exportJWK(privateKey)
}

async function keptKey(dataDir: string): Promise<JWK> {
  const file = join(dataDir, KEY_FILE)
  try {
    const key = JSON.parse(await readFile(file, 'utf8')) as JWK
    await importJWK(key, ALGORITHM)
    return key
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StartupError(`unable to read the issuer's key; mend or remove ${file}`, { cause })
    }
  }
  const key = await generateKey()
  await mkdir(dataDir, { recursive: true })
  await writePrivately(file, JSON.stringify(key))
  return key
}
