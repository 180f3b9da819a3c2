import type { MessageEvent } from '../../client/node.ts'
import { type Command, messageAt, split, type Talk } from './command.ts'
import { doorCommands } from './doors.ts'
import { nameOf } from './name-of.ts'

/** A search goes on until it has found this many messages. */
const MAX_FOUND = 20

/**
 * Returns this user's last message.
 *
 * @throws Error if there is none
 */
function lastOwn({ client, room }: Talk): MessageEvent {
  const message = room.messages.findLast(({ senderId, deleted }) => senderId === client.userId && !deleted)
  if (message === undefined) throw new Error('you have said nothing here lately')
  return message
}

const reacting =
  (how: 'react' | 'unreact'): Command['run'] =>
  async (talk, rest) => {
    const [reaction, n] = split(rest)
    await talk.room[how](messageAt(talk, n || undefined).messageId, reaction)
    return undefined
  }

const commands: Record<string, Command> = {
  help: {
    takes: '',
    does: 'shows this',
    run: () => Promise.resolve(HELP),
  },
  here: {
    takes: '',
    does: 'shows who is looking at the room, and who else is online',
    run: async ({ client, room }) => {
      const [people, online] = await Promise.all([room.presence.get(), client.online([room])])
      const here = people.map(({ userId }) => userId)
      const { userIds = [], capped = false } = online[room.id] ?? {}
      const others = userIds.filter((userId) => !here.includes(userId))
      return `here: ${listOf(here)}; online: ${listOf(others)}${capped ? ' and more' : ''}`
    },
  },
  edit: {
    takes: 'TEXT',
    does: 'says something else in your last message',
    run: async (talk, content) => {
      await talk.room.edit(lastOwn(talk).messageId, { content })
      return undefined
    },
  },
  delete: {
    takes: '[N]',
    does: 'deletes your last message, or the Nth from the end',
    run: async (talk, n) => {
      await talk.room.delete((n === '' ? lastOwn(talk) : messageAt(talk, n)).messageId)
      return undefined
    },
  },
  react: {
    takes: 'EMOJI [N]',
    does: 'reacts to the last message, or the Nth from the end',
    run: reacting('react'),
  },
  unreact: {
    takes: 'EMOJI [N]',
    does: 'takes that back',
    run: reacting('unreact'),
  },
  thread: {
    takes: 'N [TEXT]',
    does: 'replies in the thread of the Nth message from the end, or shows its replies',
    run: async (talk, rest) => {
      const [n, content] = split(rest)
      const { messageId, threadId = messageId } = messageAt(talk, n)
      const thread = talk.room.thread(threadId)
      if (content !== '') {
        await thread.send({ content }).done
        return undefined
      }
      const { messages } = await thread.history()
      for (const message of messages) talk.print(message)
      return messages.length === 0 ? 'there are no replies' : undefined
    },
  },
  find: {
    takes: 'WORDS',
    does: 'shows the latest messages with these words, the last one as a beginning too',
    run: async ({ room, print }, query) => {
      const found: MessageEvent[] = []
      let cursor: string | undefined
      do {
        const page = await room.search(query, cursor === undefined ? {} : { cursor })
        found.push(...page.hits.map(({ message }) => message))
        cursor = page.nextCursor
      } while (cursor !== undefined && found.length < MAX_FOUND)
      for (const message of found.reverse()) print(message)
      return `found: ${found.length}${cursor === undefined ? '' : ', and perhaps earlier ones'}`
    },
  },
  mute: {
    takes: '',
    does: 'no message of the room wakes you on any device',
    run: async ({ room }) => {
      await room.setNotifications('none')
      return 'this room wakes you no more'
    },
  },
  unmute: {
    takes: '',
    does: 'each message does again',
    run: async ({ room }) => {
      await room.setNotifications('all')
      return 'this room wakes you again'
    },
  },
  ...doorCommands,
}

const listOf = (userIds: readonly string[]): string => userIds.map(nameOf).join(', ') || 'nobody'

/** The column at which the explanation of a command begins. */
const WIDTH = 28

const HELP = [
  ...Object.entries(commands).map(([name, { takes, does }]) => `/${name} ${takes}`.trimEnd().padEnd(WIDTH) + does),
  '//TEXT'.padEnd(WIDTH) + 'says /TEXT',
].join('\n')

/**
 * Reads a line. Returns `say`, the text of a message, or a command to `run`, which returns what to print when it is
 * done.
 *
 * @throws Error if there is no such command
 */
export function readLine(line: string): { say: string } | { run: (talk: Talk) => Promise<string | undefined> } {
  if (!line.startsWith('/')) return { say: line }
  if (line.startsWith('//')) return { say: line.slice(1) }
  const [name, rest] = split(line.slice(1).trimEnd())
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new Error(`there is no /${name}; /help shows what there is`)
  // Ignored words would surprise: `/close 22:00` would close at once, and `/leave off` would leave.
  if (command.takes === '' && rest !== '') throw new Error(`/${name} takes nothing after it; not ${rest}`)
  return { run: (talk) => command.run(talk, rest) }
}
