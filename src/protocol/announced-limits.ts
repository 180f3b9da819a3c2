import * as z from 'zod/mini'
import * as limits from './limits.ts'
import { ChosenAccess } from './room-schema.ts'

/**
 * The numbers in `sync`'s `limits`, each with its constant. A deployment may choose its own `fileBytes` and its own
 * caps per user.
 */
export const announcedLimits = {
  contentBytes: 'MAX_CONTENT_BYTES',
  captionBytes: 'MAX_CAPTION_BYTES',
  fileNameChars: 'MAX_FILE_NAME_CHARS',
  fileBytes: 'DEFAULT_MAX_FILE_BYTES',
  roomNameChars: 'MAX_ROOM_NAME_CHARS',
  createRoomMembers: 'MAX_CREATE_ROOM_MEMBERS',
  roomMembers: 'DEFAULT_MAX_ROOM_MEMBERS',
  historyPage: 'MAX_HISTORY_PAGE',
  syncRooms: 'MAX_SYNC_ROOMS',
  userConnections: 'DEFAULT_MAX_USER_CONNECTIONS',
  userRooms: 'DEFAULT_MAX_USER_ROOMS',
  pendingUploads: 'DEFAULT_MAX_PENDING_UPLOADS',
  pendingUploadBytes: 'DEFAULT_MAX_PENDING_UPLOAD_BYTES',
  frameBytes: 'MAX_FRAME_BYTES',
  messageBytes: 'MAX_MESSAGE_BYTES',
  typingRepeatMs: 'TYPING_REPEAT_MS',
  typingExpiryMs: 'TYPING_EXPIRY_MS',
  idleTimeoutMs: 'IDLE_TIMEOUT_MS',
  connectionLifetimeMs: 'CONNECTION_LIFETIME_MS',
} as const satisfies Record<string, keyof typeof limits>

type Name = keyof typeof announcedLimits

const forEachName = <T>(of: (name: Name) => T) =>
  Object.fromEntries(Object.keys(announcedLimits).map((name) => [name, of(name as Name)])) as Record<Name, T>

/** The limits and policies that `sync` announces. */
export const Limits = z
  .object({
    ...forEachName(() => z.int()),
    contentTypes: z
      .array(z.string())
      .check(z.meta({ description: 'Media types that may be uploaded; `image/*` means all images.' })),
    defaultRoomAccess: ChosenAccess.check(z.meta({ description: 'The access of a room that is created without one.' })),
    chosenRoomIds: z.enum(['anyone', 'server']).check(z.meta({ description: "Who may choose a room's id." })),
    roomCreation: z.enum(['anyone', 'scope', 'server']).check(z.meta({ description: 'Who may create rooms.' })),
    directMessages: z
      .enum(['anyone', 'server'])
      .check(z.meta({ description: 'Who may write to a user for the first time.' })),
    profiles: z
      .enum(['token', 'users', 'server'])
      .check(
        z.meta({ description: 'Who sets the names of users: their tokens, the users themselves or the backend.' }),
      ),
  })
  .check(z.meta({ description: 'The limits of this deployment, so that a client needs no constants for them.' }))

export type Limits = z.infer<typeof Limits>

/** Returns the limits of a deployment, from those that it has chosen and the defaults of the others. */
export const limitsOf = (chosen: Pick<Limits, 'contentTypes'> & Partial<Omit<Limits, 'contentTypes'>>): Limits => ({
  ...forEachName((name) => limits[announcedLimits[name]]),
  ...openPolicy,
  ...chosen,
})

/** What users may do with rooms and profiles if the deployment chooses nothing. */
export const openPolicy = {
  defaultRoomAccess: 'link',
  chosenRoomIds: 'anyone',
  roomCreation: 'anyone',
  directMessages: 'anyone',
  profiles: 'users',
} as const
