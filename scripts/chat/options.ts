import { parseArgs } from 'node:util'
import { commandWords } from '../shared/token/command-words.ts'

/** In a clone the source runs, in the package the bundle. */
const program = import.meta.url.endsWith('.ts') ? 'npm run chat --' : 'npx tabletalk'

export const USAGE =
  `usage: ${program} --as NAME [--room ID | --invite INVITE] [--with 'NAMES'] [--url ws://localhost:8080/local] ` +
  "[--token-command 'mytool token {userId}']"

export interface Options {
  as: string
  room: string
  /** Joins the room of this invite, whatever `room` is. */
  invite?: string
  /** Who is put into the room, if it is made. */
  members: string[]
  /** The WebSocket's address. */
  url: string
  tokenCommand?: string[]
}

/**
 * Returns undefined for `--help`.
 *
 * @throws Error with the usage, if the arguments are wrong
 */
export function optionsOf(args: string[]): Options | undefined {
  const { as, room, invite, with: names, url, help, 'token-command': command } = valuesOf(args)
  if (help) return undefined
  if (as === undefined || !/^wss?:\/\//.test(url)) throw new Error(USAGE)
  return {
    as,
    room,
    ...(invite === undefined ? {} : { invite }),
    members: names.split(/\s+/).filter((name) => name !== ''),
    url,
    ...(command === undefined ? {} : { tokenCommand: commandWords(command) }),
  }
}

function valuesOf(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        as: { type: 'string' },
        room: { type: 'string', default: 'lobby' },
        invite: { type: 'string' },
        with: { type: 'string', default: '' },
        url: { type: 'string', default: `ws://localhost:${process.env.PORT ?? '8080'}/local` },
        'token-command': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error })
  }
}
