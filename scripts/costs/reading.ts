import { unitsOf } from './measured.ts'
import { LOOKS_AN_HOUR, MORE, RENEWALS_AN_HOUR, UNITS } from './month.ts'
import { PRICES } from './model.ts'

interface Reading {
  what: string
  /** Dollars a million that the design computed before anything was built. */
  designed: number
  /** Frames and replies, and posts to other connections. */
  frames: number
  posts: number
  reads: number
  writes: number
  /** Dollars a million for anything else. */
  more?: number
  /** The rows of `docs/data-model.md` in which the units were measured. */
  rows?: readonly string[]
}

/** The units that were measured in these rows of `docs/data-model.md`. */
const measured = (...rows: string[]) => ({ rows, ...unitsOf(rows) })

/** What read state, presence and the bus cost. */
export const READING: readonly Reading[] = [
  {
    what: '`markRead` of a room',
    designed: 2.63,
    ...{ frames: 2, posts: 0 },
    ...measured('`markRead`, 1 room'),
  },
  {
    what: '`markRead` with its receipt and another device',
    designed: 5,
    ...{ frames: 2, posts: 2 },
    ...measured('`markRead`, 1 room', 'the stream: a marker that has moved, small room'),
  },
  {
    what: '`getUnread` of 50 rooms, 10 with news',
    designed: 4.5,
    ...{ frames: 2, posts: 0 },
    ...measured('`getUnread`, 50 rooms, 10 of them with 9 messages'),
  },
  {
    what: '`getReceipts` of a room of 100',
    designed: 7.4,
    ...{ frames: 2, posts: 0 },
    ...measured('`getReceipts`, 100 members'),
  },
  {
    what: '`enterPresence`, 5 present',
    designed: 8.65,
    ...{ frames: 2, posts: 5 },
    ...measured('`enterPresence`', 'the stream: one of 5 present has come'),
  },
  {
    what: 'an hour of looking at a room',
    designed: 160,
    frames: 2 * (RENEWALS_AN_HOUR + LOOKS_AN_HOUR),
    posts: 0,
    reads: RENEWALS_AN_HOUR * UNITS.renewal.reads + LOOKS_AN_HOUR * UNITS.look.reads,
    writes: RENEWALS_AN_HOUR * UNITS.renewal.writes,
  },
  {
    what: 'an event on the bus',
    designed: 1,
    ...{ frames: 0, posts: 0, reads: 0, writes: 0 },
    more: MORE.busEvent * 1e6,
  },
]

/** Returns the dollars for a million, without Lambda and logs. */
export const readingDollars = ({ frames, posts, reads, writes, more = 0 }: Reading): number =>
  ((frames + posts) * PRICES.frame + reads * PRICES.readUnit + writes * PRICES.writeUnit) * 1e6 + more
