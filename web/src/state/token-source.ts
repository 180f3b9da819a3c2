import { tokenExpiry, UnauthorizedError } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { SignIn } from './page-config.ts'

type Ask = typeof fetch

/** Returns the client's `getToken` for the way in which the users of this page sign in. */
export function tokenSource(signIn: SignIn, credential: string, ask: Ask): () => Promise<string> {
  switch (signIn.kind) {
    case 'local':
      return () =>
        tokenFrom(words.theServer, ask('/dev/token', { method: 'POST', body: JSON.stringify({ userId: credential }) }))
    case 'token':
      return async () => fresh(credential)
    case 'tokenUrl':
      return () => tokenFrom(words.theSignIn, ask(signIn.url, { method: 'POST', credentials: 'include' }))
  }
}

/**
 * Returns the token of a response.
 *
 * @throws UnauthorizedError for 400, 401 and 403; for anything else an Error that says what `who` did
 */
async function tokenFrom(who: string, asked: Promise<Response>): Promise<string> {
  const response = await asked.catch((cause: unknown) => {
    throw new Error(words.didNotAnswer(who), { cause })
  })
  if (response.status === 401 || response.status === 403) throw new UnauthorizedError(words.signedOut)
  if (response.status === 400) throw new UnauthorizedError(words.nameRefused)
  if (!response.ok) throw new Error(words.answered(who, response.status))
  const token = tokenIn(await response.json().catch(() => undefined))
  if (token === undefined) throw new Error(words.answeredWithoutToken(who))
  return token
}

function tokenIn(answer: unknown): string | undefined {
  const { token } = (answer ?? {}) as { token?: unknown }
  return typeof token === 'string' ? token : undefined
}

/**
 * Returns the token if it is valid.
 *
 * @throws UnauthorizedError when the token has expired or isn't a token, because another attempt would fail too
 */
function fresh(token: string): string {
  const expiresAt = tokenExpiry(token)
  if (expiresAt === undefined) throw new UnauthorizedError(words.noToken)
  if (expiresAt <= Date.now()) throw new UnauthorizedError(words.tokenExpired)
  return token
}
