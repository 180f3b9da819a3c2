#!/usr/bin/env node
/**
 * `npm run chat -- --room general --as ada`: a chat in the terminal, with the runtime of `npm start`, or with a
 * deployed stack if given `--url wss://HOST/STAGE --token-command 'mytool token {userId}'`. Ctrl-D ends it.
 */
import { createInterface, type Interface } from 'node:readline'
import { ChatClient, ChatError, type MessageEvent, type Room } from '../../client/node.ts'
import { type Options, optionsOf, USAGE } from './options.ts'
import type { Talk } from './command.ts'
import { readLine } from './commands.ts'
import { detailsLine } from './doors.ts'
import { nameOf } from './name-of.ts'
import { printable } from './printable.ts'
import { tokenOf } from '../shared/token/token-of.ts'

/** Messages of the history that are shown at the start. */
const SHOWN_AT_START = 20

/** Joins the room, and creates it when there is none. */
async function enter(client: ChatClient, { room: chatRoomId, invite, members }: Options): Promise<Room> {
  if (invite !== undefined) return client.join({ invite })
  const room = client.room(chatRoomId)
  try {
    await room.join()
  } catch (error) {
    if (!(error instanceof ChatError && error.code === 'room_not_found')) throw error
    await client.createRoom({ chatRoomId, roomName: chatRoomId, ...(members.length > 0 && { members }) })
    for (const { userId, code } of room.refused) show(`* ${nameOf(userId)} is not in the room: ${code}`)
  }
  return room
}

const show = (text: string) => console.log(printable(text, process.stdout.columns))

const print = ({ senderId, content, file, threadId, inRoom }: MessageEvent) => {
  const text = file === undefined ? content : `${content} [${file.fileName}] ${file.fileUrl}`
  show(`${nameOf(senderId)} ${threadId === undefined || inRoom ? '' : '↳ '}${text}`)
}

/** Prints what happens to messages: edits, deletions, reactions. */
function printChanges(room: Room): void {
  let seen = new Map<string, MessageEvent>()
  const look = () => (seen = new Map(room.messages.map((message) => [message.messageId, message])))
  room.on('messageUpdated', (message) => {
    const before = seen.get(message.messageId)
    const { senderId, content, reactions = [] } = message
    if (before && before.content !== content) show(`* edited: ${nameOf(senderId)} ${content}`)
    if (JSON.stringify(before?.reactions ?? []) !== JSON.stringify(reactions)) {
      const counts = reactions.map(({ reaction, count }) => `${reaction} ${count}`).join(' ')
      show(`* reactions to ${nameOf(senderId)} ${content}: ${counts || 'none'}`)
    }
  })
  room.on('messageDeleted', ({ messageId }) => {
    const senderId = seen.get(messageId)?.senderId
    show(`* a message${senderId === undefined ? '' : ` of ${nameOf(senderId)}`} was deleted`)
  })
  // Last, because the listeners above compare with the messages from before the change.
  room.on('messages', look)
  look()
}

/** Prints what happens to the room and its members. */
function printDoors(client: ChatClient, room: Room, out: () => void): void {
  room.on('roomUpdated', (details) => show(`* the room is now: ${detailsLine(details)}`))
  room.on('memberUpdated', ({ userId, role, mutedUntil = 0 }) => {
    const silent = mutedUntil > Date.now() ? `, silent until ${new Date(mutedUntil).toLocaleString()}` : ''
    show(`* ${nameOf(userId)} is now ${role}${silent}`)
  })
  room.on('removed', ({ reason, note, until }) => {
    const words = reason === 'roomDeleted' ? 'the room was deleted' : `you are out of the room: ${reason}`
    const end = until === undefined ? '' : ` until ${new Date(until).toLocaleString()}`
    show(`* ${words}${end}${note === undefined ? '' : `: ${note}`}`)
    out()
  })
  client.on('roomAdded', ({ id, name = id, addedBy }) => {
    if (id !== room.id && addedBy !== undefined)
      show(`* ${nameOf(addedBy)} has put you into ${nameOf(name)}: --room ${id}`)
  })
}

async function chat(options: Options): Promise<void> {
  const { as, url, tokenCommand } = options
  const client = new ChatClient({ url, getToken: () => tokenOf(as, url, tokenCommand) })
  client.on('status', ({ status, error, retryInMs }) => {
    const again = retryInMs === undefined ? '' : `, again in ${Math.ceil(retryInMs / 1_000)} s`
    if (error && client.userId === undefined && tokenCommand === undefined)
      show(`* no connection to ${url}; is \`npm start\` running?`)
    if (status !== 'connecting') show(`* ${status}${error === undefined ? '' : `: ${error.message}${again}`}`)
  })
  // Created before the first `await`, so that no early line is lost.
  const lines = createInterface({ input: process.stdin, terminal: process.stdin.isTTY })
  const ended = new Promise<void>((resolve) => lines.once('close', resolve))
  lines.pause()
  try {
    await client.connect()
    await talk(client, lines, ended, options)
  } finally {
    lines.close()
    client.disconnect()
  }
}

async function talk(client: ChatClient, lines: Interface, ended: Promise<void>, options: Options): Promise<void> {
  const own = new Set<string>()
  const room = await enter(client, options)
  const { messages } = await room.history({ before: (room.position ?? 0) + 1, limit: SHOWN_AT_START })
  messages.forEach(print)
  room.on('message', (message) => {
    if (!own.has(message.clientMessageId ?? '')) print(message)
  })
  printChanges(room)
  const out = () => lines.close()
  printDoors(client, room, out)
  room.on('typing', (userIds) => {
    if (userIds.length > 0) show(`* typing: ${userIds.map(nameOf).join(', ')}`)
  })
  room.on('memberJoined', ({ userId }) => show(`* ${nameOf(userId)} joined`))
  room.on('memberLeft', ({ userId }) => show(`* ${nameOf(userId)} left`))
  room.on('discontinuity', () => console.log('* some messages sent while you were offline are not shown'))
  room.on('outgoing', ({ state, content, error, clientMessageId }) => {
    own.add(clientMessageId)
    if (state === 'failed') console.log(`* not sent: ${content} (${error?.message ?? ''})`)
  })
  console.log(`* you are ${options.as} in ${room.id}; /help shows what there is, Ctrl-D ends`)
  // An older server has no presence.
  room.presence.enter().catch(() => {})

  const sending = new Set<Promise<unknown>>()
  process.stdin.on('keypress', () => room.typing.keystroke())
  lines.on('line', (content) => {
    if (content === '') return
    const done = act({ client, room, print, out }, content).finally(() => sending.delete(done))
    sending.add(done)
  })
  lines.resume()
  await ended
  await Promise.all(sending)
}

/** Sends a line as a message, or runs it as a command and prints the result. */
async function act(talk: Talk, text: string): Promise<void> {
  try {
    const line = readLine(text)
    // A failure is printed by the listener of `outgoing`.
    if ('say' in line) return await talk.room.send({ content: line.say }).done.then(noop, noop)
    const said = await line.run(talk)
    if (said !== undefined) show(`* ${said}`)
  } catch (error) {
    show(`* ${(error as Error).message}`)
  }
}

const noop = () => {}

try {
  const options = optionsOf(process.argv.slice(2))
  if (options) await chat(options)
  else console.log(USAGE)
} catch (error) {
  const details = error instanceof ChatError ? error.details.map(({ path, problem }) => `; ${path} ${problem}`) : []
  console.error(error instanceof Error ? error.message + details.join('') : error)
  process.exitCode = 2
}
