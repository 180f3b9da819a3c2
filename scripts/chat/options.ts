import { parseArgs } from 'node:util'
import { wordsOf } from '../token/words.ts'

const USAGE =
  "usage: npm run chat -- --as NAME [--room ID] [--url ws://localhost:8080/local] [--token-command 'mytool token {userId}']"

export interface Options {
  as: string
  room: string
  /** The WebSocket's. */
  url: string
  tokenCommand?: string[]
}

/** @throws Error how to use it, when it was used otherwise */
export function optionsOf(args: string[]): Options {
  const { as, room, url, 'token-command': command } = valuesOf(args)
  if (as === undefined || !/^wss?:\/\//.test(url)) throw new Error(USAGE)
  return { as, room, url, ...(command === undefined ? {} : { tokenCommand: wordsOf(command) }) }
}

function valuesOf(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        as: { type: 'string' },
        room: { type: 'string', default: 'general' },
        url: { type: 'string', default: 'ws://localhost:8080/local' },
        'token-command': { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error })
  }
}
