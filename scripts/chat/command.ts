import type { ChatClient, MessageEvent, Room } from '../../client/node.ts'

/** What a command acts upon. */
export interface Talk {
  client: Pick<ChatClient, 'userId' | 'online' | 'publicRooms' | 'block' | 'unblock' | 'blocked'>
  room: Room
  /** Prints a message. */
  print: (message: MessageEvent) => void
  /** Ends the program, for this user is out of the room. */
  out: () => void
}

export interface Command {
  /** What follows its name. */
  takes: string
  does: string
  /** @returns what to say when it is done */
  run: (talk: Talk, rest: string) => Promise<string | undefined>
}

/** The nth message from the end, the last one by default. @throws Error when there is none */
export function messageAt({ room }: Pick<Talk, 'room'>, n = '1'): MessageEvent {
  const message = room.messages.filter(({ deleted }) => !deleted).at(-Number(n))
  if (message === undefined || !/^[1-9]\d*$/.test(n)) throw new Error(`there is no message ${n} from the end`)
  return message
}

/** @throws Error unless the text is one of these */
export function oneOf<T extends string>(choices: readonly T[], text: string, what: string): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new Error(`there is no ${what} ${text}; say one of ${choices.join(', ')}`)
  return found
}

/** The first word, and the rest. */
export function split(rest: string): [first: string, rest: string] {
  const [, first = '', more = ''] = /^(\S*)\s*(.*)$/s.exec(rest)!
  return [first, more]
}
