import { GUARD, SEND } from './model.ts'
import { type Habits, LOOKS_AN_HOUR, reconnectUnits, RENEWALS_AN_HOUR, UNITS } from './month.ts'

/**
 * Share of a day's actions in its busiest hour, and the factor by which more users are connected then than on average.
 */
const BUSIEST_HOUR = 0.15
const MORE_CONNECTED = 2

/** Duration of a frame's function, including a request to the table on AWS. */
const FRAME_SECONDS = 0.03
const BATCH_SECONDS = 0.05
const PING_SECONDS = 9 * 60

/** Quotas of an account and Region, and the throughput of a table that nobody has warmed; see `docs/operations.md`. */
export const QUOTAS = {
  'gateway requests: frames and posts': { limit: 10_000, unit: '/s' },
  'new connections': { limit: 500, unit: '/s' },
  'new connections, this stack by default': { limit: 70, unit: '/s' },
  'write units, new table': { limit: 4_000, unit: '/s' },
  'write units, quota of a table': { limit: 40_000, unit: '/s' },
  'concurrent executions': { limit: 1_000, unit: '' },
  'concurrent executions, new account': { limit: 10, unit: '' },
  'minutes until all are reconnected, at 70 a second': { limit: 5, unit: ' min' },
} as const

type Load = Record<keyof typeof QUOTAS, number>

/**
 * Returns what such users need in their busiest hour. The limit of a reconnect storm is our own: users who wait longer
 * complain.
 */
export function peak({
  users,
  rooms,
  messages,
  reconnects,
  members,
  hours,
  typing,
  uploads,
  marks,
  looking,
}: Habits): Load {
  const perSecond = (aDay: number) => (users * aDay * BUSIEST_HOUR) / 3_600
  const share = Math.min(1, (hours / 24) * MORE_CONNECTED)
  const connected = users * share
  const recipients = Math.max(1, members * share) - 1
  const sends = perSecond(messages)
  const connects = perSecond(reconnects)
  const renewals = perSecond(looking * RENEWALS_AN_HOUR)
  const looks = perSecond(looking * LOOKS_AN_HOUR)
  const told = sends * (1 + typing + uploads)
  const frames = told + perSecond(marks) + renewals + looks + 2 * connects + connected / PING_SECONDS
  const writes =
    sends * (SEND.writeUnits + GUARD.writeUnits + 1) +
    sends * typing * (UNITS.typing.writes + 1) +
    sends * uploads * (UNITS.form.writes + UNITS.file.writes + 1) +
    perSecond(marks) * (UNITS.mark.writes + 1) +
    renewals * (UNITS.renewal.writes + 1) +
    looks * (UNITS.look.writes + 1) +
    connects * (reconnectUnits(rooms).writes + 2)
  const running = frames * FRAME_SECONDS + connects * 2 * FRAME_SECONDS + told * BATCH_SECONDS
  return {
    'gateway requests: frames and posts': frames + told * recipients + perSecond(marks),
    'new connections': connects,
    'new connections, this stack by default': connects,
    'write units, new table': writes,
    'write units, quota of a table': writes,
    'concurrent executions': running,
    'concurrent executions, new account': running,
    'minutes until all are reconnected, at 70 a second': connected / 70 / 60,
  }
}
