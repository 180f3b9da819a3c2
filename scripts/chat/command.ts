import type { ChatClient, MessageEvent, Room } from '../../client/node.ts'

/** What a command acts on. */
export interface Talk {
  client: Pick<ChatClient, 'userId' | 'online' | 'publicRooms' | 'block' | 'unblock' | 'blocked'>
  room: Room
  /** Prints a message. */
  print: (message: MessageEvent) => void
  /** Ends the program, because this user is no longer in the room. */
  out: () => void
}

export interface Command {
  /** The arguments that follow its name. */
  takes: string
  does: string
  /** @returns the text to print when it is done, if any */
  run: (talk: Talk, rest: string) => Promise<string | undefined>
}

/**
 * Returns the nth message from the end, by default the last one.
 *
 * @throws Error if there is none
 */
export function messageAt({ room }: Pick<Talk, 'room'>, n = '1'): MessageEvent {
  const message = room.messages.filter(({ deleted }) => !deleted).at(-Number(n))
  if (message === undefined || !/^[1-9]\d*$/.test(n)) throw new Error(`there is no message ${n} from the end`)
  return message
}

/** @throws Error unless the text is one of the choices */
export function oneOf<T extends string>(choices: readonly T[], text: string, what: string): T {
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new Error(`there is no ${what} ${text}; say one of ${choices.join(', ')}`)
  return found
}

/** Splits a text into its first word and the rest. */
export function split(rest: string): [first: string, rest: string] {
  const [, first = '', more = ''] = /^(\S*)\s*(.*)$/s.exec(rest)!
  return [first, more]
}
