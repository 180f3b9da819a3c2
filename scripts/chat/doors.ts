import type { Access, AuditEntry, Member, Role, RoomDetails } from '../../client/node.ts'
import { secondsOf } from '../shared/seconds-of.ts'
import { type Command, messageAt, oneOf, split, type Talk } from './command.ts'
import { nameOf } from './name-of.ts'

const roles = ['guest', 'member', 'moderator', 'owner'] satisfies Role[]
const accesses = ['public', 'link', 'private'] satisfies Access[]

const momentOf = (at: number): string => new Date(at).toLocaleString()
const untilOf = (at: number | undefined): string => (at === undefined ? '' : ` until ${momentOf(at)}`)
const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`)
const reasonIn = (text: string) => (text === '' ? {} : { reason: text })

/** @throws Error unless the text is a positive number */
function countOf(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`unable to read the number ${text}; say 1, 2, 3 and so on`)
  return Number(text)
}

/** Returns a line for each item, or `none` if there are no items. */
const linesOf = <T>(items: readonly T[], lineOf: (item: T) => string, none: string): string =>
  items.length === 0 ? none : items.map(lineOf).join('\n')

/**
 * Splits off a time such as `10m` if the text begins with a digit. Without a time a ban is permanent, so a mistyped
 * time must not be taken as part of the reason.
 *
 * @throws Error if the first word begins with a digit and is not a time
 */
function timeIn(text: string): [{ seconds?: number }, rest: string] {
  const [first, rest] = split(text)
  return /^\d/.test(first) ? [{ seconds: secondsOf(first) }, rest] : [{}, text]
}

const memberLine = ({ userId, role, mutedUntil }: Member): string =>
  `${nameOf(userId)}, ${role}${mutedUntil === undefined ? '' : `, silent${untilOf(mutedUntil)}`}`

const entryLine = ({ at, by, action, userId, until, reason }: AuditEntry): string =>
  `${momentOf(at)} ${nameOf(by)}: ${action}${userId === undefined ? '' : ` ${nameOf(userId)}`}${untilOf(until)}${because(reason)}`

/** Describes the room in one line. */
export const detailsLine = ({ roomName, access, topic, closed, settings }: RoomDetails): string =>
  [
    `${nameOf(roomName)}, ${access}`,
    ...(closed ? ['closed'] : []),
    ...(settings.post === 'moderator' ? ['only moderators write'] : []),
    ...(settings.slowModeSeconds > 0 ? [`slow mode of ${settings.slowModeSeconds} s`] : []),
    ...(topic === undefined ? [] : [topic]),
  ].join('; ')

/** A command that acts on one user, who must be named. */
const upon = (
  takes: string,
  does: string,
  run: (talk: Talk, name: string, rest: string) => Promise<unknown>,
): Command => ({
  takes,
  does,
  run: async (talk, text) => {
    const [name, rest] = split(text)
    if (name === '') throw new Error(`say whom: ${takes}`)
    if (takes === 'NAME' && rest !== '') throw new Error(`one name is taken, and nothing after it; not ${rest}`)
    await run(talk, name, rest)
    return 'done'
  },
})

/** A command that acts on the room. */
const doing = (takes: string, does: string, run: (talk: Talk, rest: string) => Promise<unknown>): Command => ({
  takes,
  does,
  run: async (talk, rest) => {
    await run(talk, rest)
    return 'done'
  },
})

const people: Record<string, Command> = {
  members: {
    takes: '',
    does: 'shows who is in the room, and in which role',
    run: async ({ room }) => {
      const { members, nextCursor } = await room.memberList()
      return `members: ${linesOf(members, memberLine, 'none')}${nextCursor === undefined ? '' : '\nand more'}`
    },
  },
  add: {
    takes: 'NAMES',
    does: 'puts people into the room',
    run: async ({ room }, names) => {
      const { added, already, refused } = await room.add(names.split(/\s+/).filter((name) => name !== ''))
      const parts = [
        `added: ${added.map(nameOf).join(', ') || 'nobody'}`,
        ...(already.length === 0 ? [] : [`there already: ${already.map(nameOf).join(', ')}`]),
        ...refused.map(({ userId, code }) => `${nameOf(userId)} is ${code}`),
      ]
      return parts.join('; ')
    },
  },
  invite: {
    takes: '[TIMES]',
    does: 'makes an invite for a week, for any number of people or so many',
    run: async ({ room }, times) => {
      const { invite, expiresAt } = await room.createInvite(times === '' ? {} : { maxUses: countOf(times) })
      return `join with --invite ${invite}${untilOf(expiresAt)}`
    },
  },
  invites: {
    takes: '',
    does: 'shows the invites that are good',
    run: async ({ room }) =>
      linesOf(
        await room.invites(),
        ({ invite, by, uses, maxUses, expiresAt }) =>
          `${invite} by ${nameOf(by)}, used ${uses}${maxUses === undefined ? '' : ` of ${maxUses}`} times${untilOf(expiresAt)}`,
        'there are none',
      ),
  },
  revoke: doing('INVITE', 'ends an invite', ({ room }, invite) => room.revokeInvite(invite)),
  role: upon('NAME ROLE', `makes somebody ${roles.join(', ')}`, ({ room }, name, role) =>
    room.setRole(name, oneOf(roles, role, 'role')),
  ),
  silence: upon('NAME TIME [REASON]', 'lets a member read and not write, for 10m, 2h or 7d', ({ room }, name, rest) => {
    const [time, reason] = split(rest)
    return room.mute(name, { seconds: secondsOf(time), ...reasonIn(reason) })
  }),
  unsilence: upon('NAME', 'ends that', ({ room }, name) => room.unmute(name)),
  remove: upon('NAME [REASON]', 'shows somebody out', ({ room }, name, reason) => room.remove(name, reasonIn(reason))),
  ban: upon('NAME [TIME] [REASON]', 'shows somebody out and keeps them out', ({ room }, name, rest) => {
    const [time, reason] = timeIn(rest)
    return room.ban(name, { ...time, ...reasonIn(reason) })
  }),
  unban: upon('NAME', 'ends a ban', ({ room }, name) => room.unban(name)),
  bans: {
    takes: '',
    does: 'shows who is banned',
    run: async ({ room }) =>
      linesOf(
        await room.bans(),
        ({ userId, by, until, reason }) => `${nameOf(userId)} by ${nameOf(by)}${untilOf(until)}${because(reason)}`,
        'nobody is banned',
      ),
  },
  block: upon('NAME', 'nobody of that name writes to you any more', ({ client }, name) => client.block(name)),
  unblock: upon('NAME', 'ends that', ({ client }, name) => client.unblock(name)),
  blocked: {
    takes: '',
    does: 'shows whom you have blocked',
    run: async ({ client }) => linesOf(await client.blocked(), nameOf, 'nobody is blocked'),
  },
}

const whole: Record<string, Command> = {
  details: {
    takes: '',
    does: 'shows what the room is',
    run: async ({ room }) => {
      const details = await room.findDetails()
      return details && detailsLine(details)
    },
  },
  name: doing('NAME', 'renames the room', ({ room }, roomName) => room.update({ roomName })),
  topic: doing('[TEXT]', 'says what the room is about', ({ room }, topic) => room.update({ topic: topic || null })),
  access: doing('public|link|private', 'says who may join', ({ room }, access) =>
    room.update({ access: oneOf(accesses, access, 'access') }),
  ),
  slow: doing('[TIME]', 'lets members write once in 30s or 5m; without a time, at will', ({ room }, time) =>
    room.update({ settings: { slowModeSeconds: time === '' ? 0 : secondsOf(time) } }),
  ),
  announce: doing('on|off', 'lets only moderators write, or members too', ({ room }, to) =>
    room.update({ settings: { post: oneOf(['on', 'off'], to, 'setting') === 'on' ? 'moderator' : 'member' } }),
  ),
  close: doing('', 'makes the room read-only', ({ room }) => room.close()),
  reopen: doing('', 'ends that', ({ room }) => room.close(false)),
  pin: doing('[N]', 'pins the last message, or the Nth from the end', ({ room }, n) =>
    room.pin(messageAt({ room }, n || undefined).messageId),
  ),
  unpin: doing('[N]', 'ends a pin', ({ room }, n) => room.unpin(messageAt({ room }, n || undefined).messageId)),
  pins: {
    takes: '',
    does: 'shows what is pinned',
    run: async ({ room, print }) => {
      const pins = await room.pins()
      for (const message of pins) print(message)
      return pins.length === 0 ? 'nothing is pinned' : undefined
    },
  },
  report: doing('N REASON', 'tells the moderators of the Nth message from the end', ({ room }, rest) => {
    const [n, reason] = split(rest)
    return room.report(messageAt({ room }, n).messageId, reason)
  }),
  log: {
    takes: '',
    does: 'shows what was done in the room, the newest first',
    run: async ({ room }) => linesOf((await room.audit()).entries, entryLine, 'nothing was done yet'),
  },
  rooms: {
    takes: '[BEGINNING]',
    does: 'shows public rooms',
    run: async ({ client }, prefix) => {
      const { rooms } = await client.publicRooms(prefix === '' ? {} : { prefix })
      const lineOf = ({ chatRoomId, roomName, memberCount }: (typeof rooms)[number]) =>
        `${nameOf(roomName)}, ${memberCount} members: --room ${chatRoomId}`
      return linesOf(rooms, lineOf, 'there is none')
    },
  },
  leave: doing('', 'leaves the room, and ends the program', async ({ room, out }) => {
    await room.leave()
    out()
  }),
  drop: doing('ID', 'deletes the room of that id, this one, with all that is in it, for good', ({ room }, id) => {
    if (id !== room.id) throw new Error(`this room is ${room.id}; say its id to delete it`)
    return room.deleteRoom()
  }),
}

/** The commands about who may enter, who may do what, and the room itself. */
export const doorCommands: Record<string, Command> = { ...people, ...whole }
