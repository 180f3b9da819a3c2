import { parseArgs } from 'node:util'
import type { Deployment } from './deployment.ts'
import { selection } from './selection.ts'
import { commandWords } from '../shared/token/command-words.ts'

const COMMAND = "--token-command 'mytool token {userId}'"
const TOKENS_OF = '--tokens-of ws://localhost:8080/local'

const USAGE = `usage: npm run e2e -- --url wss://HOST/STAGE (${COMMAND} | ${TOKENS_OF}) [file]…`

const NO_TOKENS =
  `unable to sign in; a deployed stack gives no tokens. Name a program that prints one, ${COMMAND}: a JWT of an issuer ` +
  'of the stack, for one of its audiences, with {userId} as its sub, for a few minutes at least and without a scope. ' +
  `Or let a local runtime sign them, ${TOKENS_OF}. See docs/operations.md, The tests against a deployed stack`

export interface Options {
  deployment: Deployment
  /** Test files of the selection. Default: all. */
  files: string[]
}

/**
 * @throws Error if the command line is wrong, or gives no way to get tokens of a deployed stack; its message is the
 * usage or the reason
 */
export function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    options: { url: { type: 'string' }, 'token-command': { type: 'string' }, 'tokens-of': { type: 'string' } },
    allowPositionals: true,
  })
  const { url, 'token-command': command, 'tokens-of': tokensOf } = values
  const isAddress = (text: string | undefined) => text !== undefined && /^wss?:\/\/./.test(text)
  if (url === undefined || !isAddress(url)) throw new Error(USAGE)
  if (tokensOf !== undefined && (command !== undefined || !isAddress(tokensOf))) throw new Error(USAGE)
  // The local runtime has no TLS.
  if (url.startsWith('wss:') && command === undefined && tokensOf === undefined) throw new Error(NO_TOKENS)
  const files = Object.keys(selection).filter(
    (file) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  )
  if (files.length === 0) throw new Error(`unable to test; the selection has no file called ${positionals.join(', ')}`)
  const tokens = {
    ...(command === undefined ? {} : { tokenCommand: commandWords(command) }),
    ...(tokensOf === undefined ? {} : { tokensOf }),
  }
  return { deployment: { url, ...tokens }, files }
}
