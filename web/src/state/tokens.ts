import { UnauthorizedError } from '../../../client/index.ts'
import type { SignIn } from './settings.ts'

type Ask = typeof fetch

/** What the client asks for a token before each connection. */
export function tokenSource(signIn: SignIn, credential: string, ask: Ask): () => Promise<string> {
  switch (signIn.kind) {
    case 'local':
      return () =>
        tokenFrom('the server', ask('/dev/token', { method: 'POST', body: JSON.stringify({ userId: credential }) }))
    case 'token':
      return async () => fresh(credential)
    case 'tokenUrl':
      return () => tokenFrom('the sign-in service', ask(signIn.url, { method: 'POST', credentials: 'include' }))
  }
}

/** @throws Error whose message says, after the client's own words, what `who` did */
async function tokenFrom(who: string, asked: Promise<Response>): Promise<string> {
  const response = await asked.catch((cause: unknown) => {
    throw new Error(`${who} did not answer`, { cause })
  })
  if (response.status === 401 || response.status === 403) throw new UnauthorizedError('You are signed out.')
  if (response.status === 400) throw new UnauthorizedError('That name cannot be used.')
  if (!response.ok) throw new Error(`${who} answered ${response.status}`)
  const token = tokenIn(await response.json().catch(() => undefined))
  if (token === undefined) throw new Error(`${who} answered without a token`)
  return token
}

function tokenIn(answer: unknown): string | undefined {
  const { token } = (answer ?? {}) as { token?: unknown }
  return typeof token === 'string' ? token : undefined
}

/** @throws UnauthorizedError for a token that has expired, or isn't one: trying again won't help */
function fresh(token: string): string {
  const exp = expiryOf(token)
  if (exp === undefined) throw new UnauthorizedError('That is not a token.')
  if (exp * 1_000 <= Date.now()) throw new UnauthorizedError('Your token has expired. Paste a new one.')
  return token
}

function expiryOf(token: string): number | undefined {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown }
    return typeof exp === 'number' ? exp : undefined
  } catch {
    return undefined
  }
}
