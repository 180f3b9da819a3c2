import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Returns a user's token for a running stack.
 *
 * @param url of the WebSocket API, `wss://HOST/STAGE`
 * @param command a program and its arguments that print a token; `{userId}` in them stands for the user. If undefined,
 * the token is requested from the URL's host, which works with the local runtime only
 * @throws Error if the program fails or the host refuses
 */
export async function tokenOf(userId: string, url: string, command: string[] | undefined): Promise<string> {
  return command === undefined ? devToken(url, userId) : printedToken(command, userId)
}

/** Runs the program without a shell, because a user id may contain any character. */
async function printedToken([program, ...parameters]: string[], userId: string): Promise<string> {
  const given = parameters.map((parameter) => parameter.replaceAll('{userId}', () => userId))
  const { stdout } = await promisify(execFile)(program!, given)
  return stdout.trim()
}

async function devToken(url: string, userId: string): Promise<string> {
  const { protocol, host } = new URL(url)
  const body = JSON.stringify({ userId })
  const answer = await fetch(`${protocol === 'wss:' ? 'https' : 'http'}://${host}/dev/token`, { method: 'POST', body })
  if (!answer.ok) throw new Error(`unable to get a token; POST /dev/token of ${host} returned ${String(answer.status)}`)
  return ((await answer.json()) as { token: string }).token
}
