import { parseArgs } from 'node:util'
import type { Stack } from '../terraform/stack.ts'
import { StartupError } from './contracts.ts'
import { isLoopback } from './loopback.ts'

/** The settings that `npm start` reads from its environment and its arguments. */
export interface StartSettings {
  /** `PORT`, 0–65,535, default 8080; 0 for any free port. */
  port: number
  /** `HOST`, default 127.0.0.1: only this machine can connect. */
  host: string
  /** `DATA_DIR`. If unset, everything is kept in memory only. */
  dataDir?: string
  /** `--like-aws`: with the delays, the throttling and the lag that AWS has. */
  likeAws: boolean
  /** `VERBOSE=1` also logs lines of level `info`. */
  verbose: boolean
  /** `THUMBNAILS`, `on` or `off`: whether thumbnails are made of pictures. Default: on if `sharp` is installed. */
  thumbnails?: boolean
  /** `--webhook`, any number of times: the URLs that receive events of the bus. */
  bus?: { subscribers: { url: string }[]; secret?: string }
  /** `--push`: the URL at which browsers subscribe to Web Push. */
  pushUrl?: string
}

/** @throws StartupError that names the invalid variable or argument */
export function readStartSettings(env: Record<string, string | undefined>, args: string[] = []): StartSettings {
  const { PORT, HOST, DATA_DIR, VERBOSE, WEBHOOK_SECRET, THUMBNAILS } = env
  const flags = flagsOf(args)
  const urls = urlsOf('webhook', flags.webhook)
  const pushUrl = pushUrlOf(flags.push)
  return {
    port: PORT ? portOf(PORT) : 8080,
    host: HOST ? HOST : '127.0.0.1',
    verbose: Boolean(VERBOSE),
    likeAws: flags['like-aws'] ?? false,
    ...(DATA_DIR ? { dataDir: DATA_DIR } : {}),
    ...(THUMBNAILS ? { thumbnails: isOn('THUMBNAILS', THUMBNAILS) } : {}),
    ...(pushUrl !== undefined && { pushUrl }),
    ...(urls.length > 0 && {
      bus: { subscribers: urls.map((url) => ({ url })), ...(WEBHOOK_SECRET ? { secret: WEBHOOK_SECRET } : {}) },
    }),
  }
}

function flagsOf(args: string[]): { 'like-aws'?: boolean; webhook?: string[]; push?: string } {
  try {
    return parseArgs({
      args,
      options: {
        'like-aws': { type: 'boolean' },
        webhook: { type: 'string', multiple: true },
        push: { type: 'string' },
      },
    }).values
  } catch (error) {
    const usage = 'npm start -- [--like-aws] [--webhook URL] [--push URL]'
    throw new StartupError(`unable to start; ${(error as Error).message}: ${usage}`)
  }
}

/** @throws StartupError for a text that is not a URL, or a URL with a user or a password */
function urlsOf(flag: string, urls: readonly string[] = []): readonly string[] {
  for (const url of urls) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw new StartupError(`unable to use --${flag} ${url}; give a URL: --${flag} http://localhost:3000/`)
    }
    // `fetch` refuses such a URL. It is not repeated here, because the output may be kept.
    const { username, password } = new URL(url)
    if (username !== '' || password !== '') {
      throw new StartupError(`unable to use --${flag}; leave the user and the password out of the URL`)
    }
  }
  return urls
}

/**
 * Returns the URL at which browsers subscribe. They send their user's token there.
 *
 * @throws StartupError for a URL of another machine without TLS
 */
function pushUrlOf(flag: string | undefined): string | undefined {
  const [url] = urlsOf('push', flag === undefined ? [] : [flag])
  if (url === undefined) return undefined
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || isLoopback(hostname.replace(/[[\]]/g, ''))) return url
  throw new StartupError(`unable to use --push ${url}; another machine needs https`)
}

function isOn(name: string, value: string): boolean {
  if (value === 'on' || value === 'off') return value === 'on'
  throw new StartupError(`unable to use ${name}=${value}; give on or off: ${name}=off npm start`)
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new StartupError(`unable to listen on PORT=${text}; give a number from 0 to 65535: PORT=8081 npm start`)
}

/** Settings of the functions that the runtime sets itself, because they point to its own parts. */
const OWN_SETTINGS = new Set(['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE', 'ALLOWED_ORIGINS', 'EVENTS_BUS', 'WEBHOOKS'])

/**
 * Returns the settings of a deployment that the environment names, such as `RATE_LIMITS` and `DEFAULT_ROOM_ACCESS`, for
 * every function. An empty value means unset. Each function checks the settings that it reads.
 */
export function deploymentSettings(
  env: Record<string, string | undefined>,
  { functions }: Pick<Stack, 'functions'>,
): Record<string, string> {
  const names = new Set(Object.values(functions).flatMap(({ settings = [] }) => settings))
  return Object.fromEntries(
    [...names].flatMap((name) => (env[name] && !OWN_SETTINGS.has(name) ? [[name, env[name]]] : [])),
  )
}
