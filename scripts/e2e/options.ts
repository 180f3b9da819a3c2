import { parseArgs } from 'node:util'
import type { Deployment } from './deployment.ts'
import { selection } from './selection.ts'
import { commandWords } from '../shared/token/command-words.ts'

const USAGE = "usage: npm run e2e -- --url wss://HOST/STAGE [--token-command 'mytool token {userId}'] [file]…"

export interface Options {
  deployment: Deployment
  /** Test files of the selection. Default: all. */
  files: string[]
}

/** @throws Error if the command line is wrong; its message is the usage or the reason */
export function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    options: { url: { type: 'string' }, 'token-command': { type: 'string' } },
    allowPositionals: true,
  })
  const { url, 'token-command': command } = values
  if (url === undefined || !/^wss?:\/\//.test(url)) throw new Error(USAGE)
  const files = Object.keys(selection).filter(
    (file) => positionals.length === 0 || positionals.some((part) => file.includes(part)),
  )
  if (files.length === 0) throw new Error(`unable to test; the selection has no file called ${positionals.join(', ')}`)
  return { deployment: { url, ...(command === undefined ? {} : { tokenCommand: commandWords(command) }) }, files }
}
