import type { Runtime } from '../../local/runtime.ts'
import type { ErrorFrame } from '../../src/protocol/frames.ts'

/** A response of the server API. */
interface Answer {
  status: number
  data?: Record<string, unknown>
  error?: ErrorFrame['error']
  /** API Gateway's own text, if the request did not reach the function. */
  message?: string
}

/** A backend with a token of its own. */
export interface TestBackend {
  sub: string
  ask(action: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** @throws if the response is an error */
  request(action: string, body?: unknown): Promise<Record<string, unknown>>
}

export async function givenBackend(
  chat: Pick<Runtime, 'token' | 'url'>,
  sub: string,
  scope = 'tabletalk:server',
): Promise<TestBackend> {
  const token = await chat.token(sub, { scope })
  const ask = async (action: string, body: unknown = {}, headers: Record<string, string> = {}) => {
    const response = await fetch(`${chat.url}/v1/${action}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) }
  }
  return {
    sub,
    ask,
    async request(action, body) {
      const { data, ...rest } = await ask(action, body)
      if (data === undefined) throw new Error(`${action} failed: ${JSON.stringify(rest)}`)
      return data
    },
  }
}
