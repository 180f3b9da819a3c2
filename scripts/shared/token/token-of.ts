import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * A user's token, as programs that talk to a running stack get it.
 *
 * @param url the WebSocket's, `wss://HOST/STAGE`
 * @param command the program and its parameters that print one; `{userId}` in them is the user. Without, it is asked of
 * the URL's host, as the local runtime gives them out
 */
export async function tokenOf(userId: string, url: string, command: string[] | undefined): Promise<string> {
  return command === undefined ? devToken(url, userId) : printedToken(command, userId)
}

/** Without a shell: a user id may have any character. */
async function printedToken([program, ...parameters]: string[], userId: string): Promise<string> {
  const given = parameters.map((parameter) => parameter.replaceAll('{userId}', () => userId))
  const { stdout } = await promisify(execFile)(program!, given)
  return stdout.trim()
}

async function devToken(url: string, userId: string): Promise<string> {
  const { protocol, host } = new URL(url)
  const body = JSON.stringify({ userId })
  const answer = await fetch(`${protocol === 'wss:' ? 'https' : 'http'}://${host}/dev/token`, { method: 'POST', body })
  if (!answer.ok) throw new Error(`unable to get a token; POST /dev/token of ${host} says ${String(answer.status)}`)
  return ((await answer.json()) as { token: string }).token
}
