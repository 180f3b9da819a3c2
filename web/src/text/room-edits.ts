import type { ChosenAccess, RoomDetails, RoomChanges } from '../../../client/index.ts'

/** The values of the form in which a room is edited. */
export interface RoomForm {
  roomName: string
  topic: string
  imageUrl: string
  access: ChosenAccess
  post: 'member' | 'moderator'
  invite: 'member' | 'moderator' | 'owner'
  pin: 'member' | 'moderator'
  slowModeSeconds: number
  /** 0 means as long as the deployment keeps messages. */
  retentionDays: number
}

export const formOf = ({ roomName, topic, imageUrl, access, settings }: RoomDetails): RoomForm => ({
  roomName,
  topic: topic ?? '',
  imageUrl: imageUrl ?? '',
  access: access === 'direct' ? 'private' : access,
  post: settings.post,
  invite: settings.invite,
  pin: settings.pin,
  slowModeSeconds: settings.slowModeSeconds,
  retentionDays: settings.retentionDays ?? 0,
})

/**
 * Returns a request with the changed fields only, so that changes by others to the other fields are kept. Returns
 * undefined if no field was changed.
 */
export function roomUpdate(details: RoomDetails, edits: Partial<RoomForm>): RoomChanges | undefined {
  const form = formOf(details)
  const given = { ...edits, ...trimmed(edits) }
  const changed = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== form[name as keyof RoomForm]),
  ) as Partial<RoomForm>
  const { roomName, topic, imageUrl, access, retentionDays, ...others } = changed
  const settings = { ...others, ...(retentionDays === undefined ? {} : { retentionDays: retentionDays || null }) }
  if (Object.keys(changed).length === 0) return undefined
  return {
    ...(roomName === undefined ? {} : { roomName }),
    ...(topic === undefined ? {} : { topic: topic || null }),
    ...(imageUrl === undefined ? {} : { imageUrl: imageUrl || null }),
    ...(access === undefined ? {} : { access }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ifVersion: details.version,
  }
}

const trimmed = (edits: Partial<RoomForm>): Partial<RoomForm> =>
  Object.fromEntries(
    Object.entries(edits)
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => [name, (value as string).trim()]),
  )
