import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

const LOOPBACK_NAME = /^(?:[^.]+\.)*localhost$/i

/** The first port of those that the system gives to programs that ask for any free port. */
const FIRST_EPHEMERAL_PORT = 32_768

/** Whether only this machine can reach a server that listens on this address. */
export const isLoopback = (host: string): boolean =>
  LOOPBACK_NAME.test(host) || host === '::1' || /^(::ffff:)?127\./.test(host)

/** Whether an address stands for all interfaces of the machine. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::'

/**
 * Returns the address at which other machines reach a server that listens on `host`. If it listens everywhere, that is
 * this machine's first IPv4 address that isn't loopback.
 */
export function reachableAt(host: string): string {
  if (!isEverywhere(host)) return host
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1'
}

/**
 * Returns the names and addresses under which other machines reach a server that listens on `host`, as in its origin.
 */
export function ownHosts(host: string): string[] {
  if (!isEverywhere(host)) return [host]
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  return [hostname(), `${hostname()}.local`, ...addresses.map(({ address }) => address)]
}

/**
 * Whether a request's Host header names this machine: an address, `localhost`, the machine's name or the configured
 * one. Any other name may belong to an attacker who pointed it at this machine. The attacker's pages would then have
 * the same origin as the runtime (DNS rebinding: https://en.wikipedia.org/wiki/DNS_rebinding).
 *
 * @param header as sent; a client without one is not a browser
 * @param configured the address or name that the server listens on
 */
export function isOwnHost(header: string | undefined, configured: string): boolean {
  if (header === undefined) return true
  const url = `http://${header}`
  if (!URL.canParse(url) || /[/?#@\\]/.test(header)) return false
  const name = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const own = [configured, ...ownHosts(configured)].map((each) => each.toLowerCase())
  return isIP(name) !== 0 || LOOPBACK_NAME.test(name) || own.includes(name)
}

/**
 * Whether a page of this origin is the developer's own. It is if its server is on `localhost`, such as Vite's, or on
 * 127.0.0.1 or [::1] with a port that somebody chose. A port that the system chose may belong to any program.
 */
export function isDeveloperOrigin(origin: string): boolean {
  if (!/^https?:\/\/[^/]+$/.test(origin) || !URL.canParse(origin)) return false
  const { hostname: name, port } = new URL(origin)
  if (LOOPBACK_NAME.test(name)) return true
  return (name === '127.0.0.1' || name === '[::1]') && Number(port) < FIRST_EPHEMERAL_PORT
}
