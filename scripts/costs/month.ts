import { PRESENCE_RENEW_MS } from '../../src/protocol/limits.ts'
import { loadStack } from '../../terraform/stack.ts'
import { ASSUMED, costPerMillion, GUARD, PRICES, total } from './model.ts'

/** What a deployment's users do. The numbers are averages. */
export interface Habits {
  users: number
  /** Rooms that a user is a member of. */
  rooms: number
  /** Messages that a user sends per day. */
  messages: number
  /**
   * Connections that a user opens per day: a phone or tab that reconnects, and every two hours because of the quota.
   */
  reconnects: number
  /** Members of a room. */
  members: number
  /** Hours per day in which a user is connected. */
  hours: number
  /** Typing indicators per message. */
  typing: number
  /** Files per message. */
  uploads: number
  fileKilobytes: number
  /** `markRead` actions of a user per day. */
  marks: number
  /** Hours per day in which a user looks at a room and is shown as present there. */
  looking: number
  /** Events on the bus per message; 0 without `events_bus`, 2 where each message is also an event for push. */
  events: number
}

export const HABITS: Habits = {
  users: 1_000,
  rooms: 10,
  messages: 20,
  reconnects: 10,
  members: 10,
  hours: 8,
  typing: 1,
  uploads: 0.02,
  fileKilobytes: 500,
  marks: 20,
  looking: 1,
  events: 0,
}

/** Request units that tests measure (`tests/entities/capacity.test.ts`). A rate-limited action takes one more write. */
export const UNITS = {
  typing: { reads: 4, writes: 1 },
  /** Includes the stream's read of who is to receive the event. */
  mark: { reads: 6, writes: 1 },
  /** `getUnread` of 50 rooms, 10 of them with news. */
  count: { reads: 26, writes: 0 },
  /** A user who looks at a room causes one of these every other minute, and a `look` a little more often. */
  renewal: { reads: 4, writes: 1 },
  look: { reads: 4, writes: 0 },
  form: { reads: 2, writes: 2 },
  /** What the upload function uses for a file that is as declared (`tests/uploads/object-created.test.ts`). */
  file: { reads: 3, writes: 9 },
} as const
const LIMITED = 1

/** Presence renewals of a user who looks at a room for an hour. */
export const RENEWALS_AN_HOUR = 3_600_000 / PRESENCE_RENEW_MS
/** The requests for who is present meanwhile. The SDK sends them every 96 to 120 seconds. */
export const LOOKS_AN_HOUR = 3_600_000 / 108_000

/** Units of `getUnread` at a reconnect, where a fifth of the rooms has news. */
const countUnits = (rooms: number) => ({ reads: Math.ceil((UNITS.count.reads * rooms) / 50), writes: 0 })

/** Units of a reconnect: `$connect`, `sync`, the end of the previous connection, and what the stream does about it. */
export const reconnectUnits = (rooms: number): { reads: number; writes: number } => ({
  reads: rooms + 5 * Math.ceil(rooms / 50),
  writes: 5 + rooms,
})

/** What is paid while nobody chats. Metrics are those of alarms and those that functions write. */
export const IDLE = {
  alarmMetrics: 26 + Object.values(loadStack().functions).filter((one) => one.with === undefined).length,
  ownMetrics: 10,
  alarmDollars: 0.1,
  metricDollars: 0.3,
  dashboardDollars: 3,
  /** A KMS key of your own, set with `kms_key_arn`. */
  keyDollars: 1,
} as const

/** Dollars for what `PRICES` doesn't have. */
export const MORE = {
  connectionMinute: 0.25 / 1e6,
  busEvent: 1 / 1e6,
  tableGigabyte: 0.25,
  recoveryGigabyte: 0.2,
  fileGigabyte: 0.023,
  filePut: 0.005 / 1e3,
  fileGet: 0.0004 / 1e3,
} as const

/** A message's row with its keys, a text of about 200 bytes and the table's overhead for an item. */
const MESSAGE_ROW_BYTES = 600
const DAYS = 30
const PING_MINUTES = 9
const GB = 2 ** 30

/**
 * Returns the dollars of the first month by purpose. Storage counts one month's messages, and grows by as much each
 * month.
 */
export function month(habits: Habits): Record<string, number> {
  const { users, rooms, members, hours } = habits
  const perMonth = (aDay: number) => users * aDay * DAYS
  const messages = perMonth(habits.messages)
  const files = messages * habits.uploads
  // The members of a room who are connected when somebody sends, including the sender.
  const connections = Math.max(1, (members * hours) / 24)
  const sent = costPerMillion(connections)
  const reconnects = perMonth(habits.reconnects)
  const renewals = perMonth(habits.looking * RENEWALS_AN_HOUR)
  const looks = perMonth(habits.looking * LOOKS_AN_HOUR)
  const reconnect = reconnectUnits(rooms)
  const fileBytes = files * habits.fileKilobytes * 1_024
  return {
    messages: (messages / 1e6) * total(sent) + messages * guardDollars(),
    typing:
      messages * habits.typing * unitDollars(plus(UNITS.typing, LIMITED)) +
      posted(messages * habits.typing, connections - 1) +
      frames(messages * habits.typing),
    // Goes to the user's own other connection, or to the sender of what was read.
    'read marks':
      perMonth(habits.marks) * unitDollars(plus(UNITS.mark, LIMITED)) +
      posted(perMonth(habits.marks), 1) +
      frames(perMonth(habits.marks)) +
      reconnects * unitDollars(plus(countUnits(rooms), LIMITED)) +
      frames(reconnects),
    presence:
      renewals * unitDollars(plus(UNITS.renewal, LIMITED)) +
      looks * unitDollars(plus(UNITS.look, LIMITED)) +
      frames(renewals + looks),
    // The authorizer, `$connect`, `sync`, `$disconnect` and the stream's record of the end.
    reconnects: reconnects * unitDollars(plus(reconnect, LIMITED)) + frames(reconnects) + calls(reconnects * 4),
    connections: perMonth(hours * 60) * MORE.connectionMinute + frames(perMonth((hours * 60) / PING_MINUTES)),
    uploads:
      frames(files) +
      files * (unitDollars(plus(UNITS.form, LIMITED)) + unitDollars(UNITS.file) + MORE.filePut) +
      calls(files) +
      posted(files, connections) +
      files * (members - 1) * MORE.fileGet +
      ((fileBytes * (members - 1)) / GB) * PRICES.outGigabyte +
      (fileBytes / GB) * MORE.fileGigabyte,
    ...(habits.events > 0 && { 'events on the bus': messages * habits.events * MORE.busEvent }),
    'table, stored': ((messages * MESSAGE_ROW_BYTES) / GB) * MORE.tableGigabyte,
    'recovery to any moment': ((messages * MESSAGE_ROW_BYTES) / GB) * MORE.recoveryGigabyte,
    'idle: alarms, metrics, dashboard':
      IDLE.alarmMetrics * IDLE.alarmDollars + IDLE.ownMetrics * IDLE.metricDollars + IDLE.dashboardDollars,
  }
}

const plus = ({ reads, writes }: { reads: number; writes: number }, more: number) => ({ reads, writes: writes + more })
const unitDollars = ({ reads, writes }: { reads: number; writes: number }) =>
  reads * PRICES.readUnit + writes * PRICES.writeUnit
const guardDollars = () => unitDollars({ reads: GUARD.readUnits, writes: GUARD.writeUnits + LIMITED })

/** Dollars for invocations of a function with 512 MB, with their logs. */
const calls = (times: number) =>
  times *
  (PRICES.invocation +
    ((ASSUMED.sendMs / 1_000) * 512 * PRICES.gigabyteSecond) / 1_024 +
    (ASSUMED.invocationLogBytes / GB) * PRICES.logGigabyte)

/** Dollars for frames with their replies, invocations and access logs. */
const frames = (times: number) =>
  times * (2 * PRICES.frame + (ASSUMED.accessLogBytes / GB) * PRICES.logGigabyte) + calls(times)

/** Dollars for posting one event to the recipients, including the stream function's work. */
const posted = (times: number, recipients: number) =>
  times *
    recipients *
    (PRICES.frame +
      (ASSUMED.eventBytes / GB) * PRICES.outGigabyte +
      (ASSUMED.postMs / 1_000) * (1_769 / 1_024) * PRICES.gigabyteSecond) +
  times *
    (PRICES.invocation +
      (ASSUMED.batchMs / 1_000) * (1_769 / 1_024) * PRICES.gigabyteSecond +
      ((ASSUMED.invocationLogBytes + ASSUMED.metricLogBytes) / GB) * PRICES.logGigabyte)
