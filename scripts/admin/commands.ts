import { secondsOf } from '../shared/seconds-of.ts'

/** Options of the commands that call the server API. */
interface ActionOptions {
  for?: string | undefined
  delete?: string | undefined
  reason?: string | undefined
  name?: string | undefined
  image?: string | undefined
  before?: string | undefined
  limit?: string | undefined
}

/** An action of the server API as a command. */
export interface Command {
  /** The arguments that follow its words. A name with `…` stands for one or more. */
  positionals: readonly string[]
  options?: readonly (keyof ActionOptions)[]
  action: string
  body: (positionals: string[], options: ActionOptions) => Record<string, unknown>
  /** Returns what the command does that can't be undone. The operator must confirm it. */
  destroys?: (positionals: string[]) => string
}

const DAY_SECONDS = 24 * 60 * 60

const duration = ({ for: text }: ActionOptions) => (text === undefined ? {} : { seconds: secondsOf(text) })
/** Returns null without the option, which means the deployment's own value. */
const days = (options: ActionOptions) => {
  const { seconds } = duration(options)
  return seconds === undefined ? null : seconds / DAY_SECONDS
}
const until = ({ for: text }: ActionOptions) =>
  text === undefined ? {} : { until: Date.now() + secondsOf(text) * 1_000 }
/** How far back the banned user's messages are deleted. */
const deletion = ({ delete: text }: ActionOptions) =>
  text === undefined ? {} : { deleteMessagesSeconds: secondsOf(text) }
const why = ({ reason }: ActionOptions) => (reason === undefined ? {} : { reason })
const page = ({ limit }: ActionOptions) => (limit === undefined ? {} : { limit: Number(limit) })

const room =
  (more: Record<string, unknown> = {}) =>
  ([chatRoomId]: string[]) => ({ chatRoomId, ...more })

const roomAndUser =
  (more: (options: ActionOptions, rest: string[]) => Record<string, unknown> = () => ({})) =>
  ([chatRoomId, userId, ...rest]: string[], options: ActionOptions) => ({ chatRoomId, userId, ...more(options, rest) })

/** By their words. */
export const commands: Readonly<Record<string, Command>> = {
  'users show': { positionals: ['USER…'], action: 'getUsers', body: (userIds) => ({ userIds }) },
  'users set': {
    positionals: ['USER'],
    options: ['name', 'image'],
    action: 'upsertUsers',
    body: ([userId], { name, image }) => ({
      users: [{ userId, ...(name === undefined ? {} : { name }), ...(image === undefined ? {} : { imageUrl: image }) }],
    }),
  },
  'users ban': {
    positionals: ['USER'],
    options: ['for'],
    action: 'banUser',
    body: ([userId], options) => ({ userId, ...until(options) }),
  },
  'users unban': { positionals: ['USER'], action: 'unbanUser', body: ([userId]) => ({ userId }) },
  'users disconnect': {
    positionals: ['USER'],
    options: ['reason'],
    action: 'disconnectUser',
    body: ([userId], options) => ({ userId, ...why(options) }),
  },
  'users export': { positionals: ['USER'], action: 'exportUser', body: ([userId]) => ({ userId }) },
  'rooms of': {
    positionals: ['USER'],
    options: ['limit'],
    action: 'listRooms',
    body: ([userId], options) => ({ asUserId: userId, ...page(options) }),
  },
  'rooms public': {
    positionals: [],
    options: ['limit'],
    action: 'listPublicRooms',
    body: (_, options) => page(options),
  },
  'rooms show': { positionals: ['ROOM'], action: 'getRoom', body: room() },
  'rooms close': { positionals: ['ROOM'], action: 'closeRoom', body: room({ closed: true }) },
  'rooms reopen': { positionals: ['ROOM'], action: 'closeRoom', body: room({ closed: false }) },
  'rooms slow': {
    positionals: ['ROOM'],
    options: ['for'],
    action: 'updateRoom',
    body: ([chatRoomId], options) => ({
      chatRoomId,
      settings: { slowModeSeconds: duration(options).seconds ?? 0 },
    }),
  },
  'rooms keep': {
    positionals: ['ROOM'],
    options: ['for'],
    action: 'updateRoom',
    body: ([chatRoomId], options) => ({ chatRoomId, settings: { retentionDays: days(options) } }),
  },
  'rooms export': { positionals: ['ROOM'], action: 'exportRoom', body: room() },
  'rooms truncate': {
    positionals: ['ROOM'],
    options: ['before'],
    action: 'truncateRoom',
    body: ([chatRoomId], { before }) => ({ chatRoomId, before: Number(before) }),
    destroys: ([chatRoomId]) => `deletes what was said in ${chatRoomId} before that message, for good`,
  },
  'rooms delete': {
    positionals: ['ROOM'],
    action: 'deleteRoom',
    body: room(),
    destroys: ([chatRoomId]) => `deletes the room ${chatRoomId} with its messages and files, for good`,
  },
  'messages list': {
    positionals: ['ROOM'],
    options: ['limit'],
    action: 'getHistory',
    body: (words, options) => ({ ...room()(words), ...page(options) }),
  },
  'messages delete': {
    positionals: ['ROOM', 'MESSAGE'],
    options: ['reason'],
    action: 'deleteMessage',
    body: ([chatRoomId, messageId], options) => ({ chatRoomId, messageId, ...why(options) }),
    destroys: ([chatRoomId, messageId]) => `deletes message ${messageId} of ${chatRoomId}, for good`,
  },
  'members list': {
    positionals: ['ROOM'],
    options: ['limit'],
    action: 'listMembers',
    body: (words, options) => ({ ...room()(words), ...page(options) }),
  },
  'members add': {
    positionals: ['ROOM', 'USER…'],
    action: 'addMembers',
    body: ([chatRoomId, ...userIds]) => ({ chatRoomId, userIds }),
  },
  'members remove': {
    positionals: ['ROOM', 'USER'],
    options: ['reason'],
    action: 'removeMember',
    body: roomAndUser(why),
  },
  'members role': {
    positionals: ['ROOM', 'USER', 'ROLE'],
    action: 'setRole',
    body: roomAndUser((_, [role]) => ({ role })),
  },
  'members mute': {
    positionals: ['ROOM', 'USER'],
    options: ['for', 'reason'],
    action: 'muteMember',
    body: roomAndUser((options) => ({ ...duration(options), ...why(options) })),
  },
  'members unmute': { positionals: ['ROOM', 'USER'], action: 'muteMember', body: roomAndUser(() => ({ seconds: 0 })) },
  'bans list': {
    positionals: ['ROOM'],
    options: ['limit'],
    action: 'listBans',
    body: (words, options) => ({ ...room()(words), ...page(options) }),
  },
  'bans add': {
    positionals: ['ROOM', 'USER'],
    options: ['for', 'reason', 'delete'],
    action: 'banMember',
    body: roomAndUser((options) => ({ ...duration(options), ...deletion(options), ...why(options) })),
  },
  'bans remove': { positionals: ['ROOM', 'USER'], action: 'unbanMember', body: roomAndUser() },
  'invites list': { positionals: ['ROOM'], action: 'listInvites', body: room() },
  'invites revoke': {
    positionals: ['ROOM', 'INVITE'],
    action: 'revokeInvite',
    body: ([chatRoomId, invite]) => ({ chatRoomId, invite }),
  },
  audit: {
    positionals: ['ROOM'],
    options: ['limit'],
    action: 'getAudit',
    body: (words, options) => ({ ...room()(words), ...page(options) }),
  },
  'jobs show': { positionals: ['JOB'], action: 'getJob', body: ([jobId]) => ({ jobId }) },
}
