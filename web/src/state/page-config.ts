import { type Brand, brandFrom } from './brand.ts'

/** How users of this page sign in. */
export type SignIn =
  /** With `npm start`, a name is enough. */
  | { kind: 'local' }
  /** The user pastes a token. */
  | { kind: 'token' }
  /** The team's endpoint returns `{"token": "…"}` for a POST with its cookies, and 401 for users who are signed out. */
  | { kind: 'tokenUrl'; url: string; signInUrl?: string }

/** The content of `config.json`, which is served beside the page. */
export interface PageConfig {
  /** The address of the WebSocket API, `wss://…`, or a path on the page's own host. */
  url: string
  signIn: SignIn
  /** The origins from which pictures of users are loaded. */
  imageOrigins: readonly string[]
  /** Where browsers subscribe to Web Push: see `web-push.ts`. Default: nowhere. */
  pushUrl?: string
  /** Default: Tabletalk's own brand. */
  brand?: Brand
}

/**
 * Loads `config.json`.
 *
 * @throws Error that says what is wrong with the file
 */
export async function loadPageConfig(base: string, fetchFile: (url: URL) => Promise<Response>): Promise<PageConfig> {
  const response = await fetchFile(new URL('config.json', base))
  if (!response.ok) throw new Error(`config.json is missing: the server answered ${response.status}.`)
  return pageConfigFrom(await response.json().catch(() => undefined), base)
}

/**
 * Checks the content of `config.json`.
 *
 * @throws Error that says what is wrong
 */
export function pageConfigFrom(json: unknown, base: string): PageConfig {
  const { url, signIn, imageOrigins = [], pushUrl, brand } = (json ?? {}) as Record<string, unknown>
  if (typeof url !== 'string' || !URL.canParse(url, base)) throw new Error('config.json has no "url" of the WebSocket.')
  const socket = new URL(url, base)
  socket.protocol = socket.protocol.replace(/^http/, 'ws')
  if (!/^wss?:$/.test(socket.protocol)) throw new Error('The "url" in config.json is not that of a WebSocket.')
  if (!Array.isArray(imageOrigins) || imageOrigins.some((origin) => typeof origin !== 'string')) {
    throw new Error('The "imageOrigins" in config.json are no list of origins.')
  }
  return {
    url: socket.href,
    signIn: signInFrom(signIn),
    imageOrigins: imageOrigins as string[],
    ...(typeof pushUrl === 'string' && { pushUrl }),
    ...(brand !== undefined && { brand: brandFrom(brand, base) }),
  }
}

function signInFrom(json: unknown): SignIn {
  const { kind, url, signInUrl } = (json ?? {}) as Record<string, unknown>
  if (kind === 'local' || kind === 'token') return { kind }
  if (kind === 'tokenUrl' && typeof url === 'string') {
    return { kind, url, ...(isWebAddress(signInUrl) ? { signInUrl } : {}) }
  }
  throw new Error('The "signIn" in config.json is none of "local", "token" and "tokenUrl" with its "url".')
}

/** Whether an address is safe as the target of a link: not `javascript:` or the like. */
const isWebAddress = (url: unknown): url is string => typeof url === 'string' && /^(https?:\/\/|\/)/.test(url)
