import type { ErrorFrame } from '../../src/protocol/frames.ts'

/** The address of the server API, and the operator's token. */
export interface ServerApi {
  url: string
  token: string
}

/**
 * Returns the server API of the local runtime, whose `/dev/token` issues a backend's token, or the one that the
 * environment names.
 *
 * @throws Error that names the missing variables
 */
export async function serverApi(local: string | undefined): Promise<ServerApi> {
  if (local !== undefined) return { url: local, token: await devToken(local) }
  const { TABLETALK_API: url, TABLETALK_TOKEN: token } = process.env
  if (url && token) return { url, token }
  const missing = [...(url ? [] : ['TABLETALK_API']), ...(token ? [] : ['TABLETALK_TOKEN'])]
  throw new Error(`unable to ask the server API; not set: ${missing.join(', ')}`)
}

async function devToken(local: string): Promise<string> {
  const body = JSON.stringify({ userId: 'operator', scope: 'tabletalk:server' })
  try {
    const answer = await fetch(new URL('/dev/token', local), { method: 'POST', body })
    return ((await answer.json()) as { token: string }).token
  } catch (cause) {
    throw new Error(`unable to ask the server API; no local runtime answers at ${local}`, { cause })
  }
}

/**
 * Calls an action, and returns the reply's data.
 *
 * @throws Error with the code and the message of a refusal
 */
export async function ask({ url, token }: ServerApi, action: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url.replace(/\/$/, '')}/v1/${action}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  const answer = parsed(text) as { data?: Record<string, unknown>; error?: ErrorFrame['error'] } | undefined
  if (answer?.data !== undefined) return answer.data
  if (answer?.error === undefined)
    throw new Error(`unable to ${action}; HTTP ${response.status}: ${text.slice(0, 200)}`)
  const { code, message, details = [] } = answer.error
  throw new Error([`${code}: ${message}`, ...details.map(({ path, problem }) => `${path} ${problem}`)].join('\n  '))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
