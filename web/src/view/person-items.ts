import type { Role } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import type { Chat } from '../state/chat.ts'
import { isolated } from '../text/isolated.ts'
import { roleChoices } from '../text/role-words.ts'
import type { MenuItem } from './menu.tsx'
import type { OpenDialog } from './use-dialogs.ts'

interface PersonMenu {
  chat: Chat
  conversation: Conversation
  userId: string
  open: OpenDialog
  run: (act: () => Promise<unknown>) => void
}

const roles: readonly Role[] = ['owner', 'moderator', 'member', 'guest']

/** What this user may do about somebody in a room, as far as it will work. */
export function personItems({ chat, conversation, userId, open, run }: PersonMenu): MenuItem[] {
  const { doors, members } = conversation
  const standing = members.get().standings.get(userId) ?? { role: 'member' }
  const { role, mutedUntil = 0 } = standing
  const person = { userId, role }
  const isMember = members.get().phase !== 'ready' || members.get().userIds.includes(userId)
  const isMuted = mutedUntil > chat.client.serverNow
  const name = isolated(chat.people.textOf(userId))

  const give = async (role: Role) => {
    await doors.room.setRole(userId, role)
    members.stands(userId, { ...standing, role })
  }
  const unmute = async () => {
    await doors.room.unmute(userId)
    members.stands(userId, { role })
  }
  const roleItems = () =>
    roles
      .filter((other) => other !== role && isMember && doors.can('setRole', person))
      .map((other) => ({ label: roleChoices[other], onSelect: () => run(() => give(other)) }))
  const mute = isMuted
    ? { label: 'End the mute', onSelect: () => run(unmute) }
    : { label: 'Mute …', onSelect: () => open({ name: 'mute', userId }) }
  const block = chat.blocked.has(userId)
    ? { label: `Unblock ${name}`, onSelect: () => run(() => chat.blocked.unblock(userId)) }
    : { label: `Block ${name} …`, onSelect: () => open({ name: 'block', userId }) }
  return [
    ...roleItems(),
    ...(isMember && doors.can('mute', person) ? [mute] : []),
    ...(isMember && doors.can('kick', person)
      ? [{ label: 'Remove …', onSelect: () => open({ name: 'kick', userId }), isDangerous: true }]
      : []),
    ...(doors.can('ban', person)
      ? [{ label: 'Ban …', onSelect: () => open({ name: 'ban', userId }), isDangerous: true }]
      : []),
    block,
  ]
}
