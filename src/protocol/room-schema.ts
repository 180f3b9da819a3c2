import * as z from 'zod/mini'
import { MAX_RETENTION_DAYS } from './limits.ts'
import { roles } from './room-kinds.ts'
import { ChatRoomId, EpochMs, MessageId, RoomName, UserId } from './scalars.ts'

const describe = (description: string) => z.meta({ description })

export const Role = z.enum(roles).check(describe('What a member may do; see "Who may do what".'))

export const Access = z
  .enum(['public', 'link', 'private', 'direct'])
  .check(
    describe(
      'Who may join. `public`: anyone, and the room is listed. `link`: anyone who knows its id. ' +
        '`private`: users who were added or have an invite. `direct`: its two users.',
    ),
  )

/** The access that a client may choose. Only the server creates rooms with `direct`. */
export const ChosenAccess = z.enum(['public', 'link', 'private'])

const MAX_SLOW_MODE_SECONDS = 21_600
const MAX_EDIT_WINDOW_SECONDS = 2_592_000

const AllSettings = z.strictObject({
  post: z.enum(['member', 'moderator']).check(describe('Who may send.')),
  invite: z.enum(['member', 'moderator', 'owner']).check(describe('Who may add members and make invites.')),
  pin: z.enum(['member', 'moderator']),
  mentionRoom: z.enum(['member', 'moderator']),
  slowModeSeconds: z
    .int()
    .check(
      z.gte(0),
      z.lte(MAX_SLOW_MODE_SECONDS),
      describe('Minimum seconds between two sends of a member; 0 for none.'),
    ),
  editWindowSeconds: z.nullable(z.int().check(z.gte(0), z.lte(MAX_EDIT_WINDOW_SECONDS))),
  history: z
    .enum(['all', 'joined'])
    .check(describe('What a member may read: everything, or only what was sent since they joined.')),
  receipts: z.boolean(),
  presence: z.boolean(),
  previews: z.boolean(),
  retentionDays: z
    .nullable(z.int().check(z.gte(1), z.lte(MAX_RETENTION_DAYS)))
    .check(
      describe('Days that messages and files are kept; null: permanently, or as long as the deployment keeps them.'),
    ),
})

export const Settings = AllSettings.check(describe('The settings of a room, with their defaults filled in.'))

export const SomeSettings = z.partial(AllSettings)

export type Role = z.infer<typeof Role>
export type Access = z.infer<typeof Access>
export type ChosenAccess = z.infer<typeof ChosenAccess>
export type Settings = z.infer<typeof Settings>
export type SomeSettings = z.infer<typeof SomeSettings>

const MAX_METADATA_BYTES = 2_048
const MAX_METADATA_DEPTH = 4
const MAX_METADATA_KEY_CHARS = 64

/** The product's own data about a room, a message or a user. */
export const Metadata = z.record(z.string(), z.unknown()).check(
  z.refine<Record<string, unknown>>((data) => Buffer.byteLength(JSON.stringify(data)) <= MAX_METADATA_BYTES, {
    error: `is longer than ${MAX_METADATA_BYTES} bytes as JSON`,
  }),
  z.refine<Record<string, unknown>>((data) => isShallow(data, MAX_METADATA_DEPTH), {
    error: `is nested deeper than ${MAX_METADATA_DEPTH}, or has a key that is empty or longer than ${MAX_METADATA_KEY_CHARS} characters`,
  }),
  z.refine<Record<string, unknown>>((data) => isExact(data, MAX_METADATA_DEPTH), {
    error: 'has a lone surrogate, an integer beyond 2^53 - 1 or a number beyond a double',
  }),
  describe("The product's own data: a JSON object of at most 2,048 bytes and 4 levels, keys of 1 to 64 characters."),
)

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  return (
    keys.every((key) => key.length > 0 && key.length <= MAX_METADATA_KEY_CHARS) &&
    Object.values(value).every((inner) => isShallow(inner, depth - 1))
  )
}

/**
 * Tells whether a value is read as it was written, by clients in every language. `1e400` would become null, and the
 * last digits of a 64-bit id would change. What is nested too deep is refused elsewhere.
 */
function isExact(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value === 'number') return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (typeof value !== 'object' || value === null || depth === 0) return true
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isExact(inner, depth - 1))
}

const MAX_TOPIC_CHARS = 250
const MAX_REASON_CHARS = 256

const charactersUpTo = (limit: number) =>
  z.refine<string>((text) => [...text].length <= limit && text.isWellFormed(), {
    error: `is longer than ${limit} characters, or has a lone surrogate`,
  })

export const Topic = z.string().check(z.minLength(1), charactersUpTo(MAX_TOPIC_CHARS))

export const Reason = z
  .string()
  .check(z.minLength(1), charactersUpTo(MAX_REASON_CHARS), describe('Shown to the user concerned; 1–256 characters.'))

export const Invite = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{22}$/, { error: 'must be 22 of A-Z a-z 0-9 _ -' }), describe('128 random bits.'))

export const RoomDetails = z
  .object({
    chatRoomId: ChatRoomId,
    roomName: RoomName,
    access: Access,
    topic: z.optional(z.string()),
    imageUrl: z.optional(z.string()),
    settings: Settings,
    metadata: z.optional(z.record(z.string(), z.unknown())),
    pins: z.array(MessageId).check(describe('Newest first; at most 50.')),
    closed: z.boolean().check(describe('Whether the room is read-only for everybody except the server.')),
    createdBy: UserId,
    createdAt: EpochMs,
    memberCount: z
      .int()
      .check(describe('Exact up to 1,000, approximate above: within a few percent after some minutes.')),
    version: z.int().check(describe('How often the details were changed; the higher version is newer.')),
  })
  .check(describe('The details of a room.'))

export type RoomDetails = z.infer<typeof RoomDetails>
