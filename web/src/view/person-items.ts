import type { Role } from '../../../client/index.ts'
import { words } from '../language/words.ts'
import type { Conversation } from '../state/conversation.ts'
import type { Chat } from '../state/chat.ts'
import { isolated } from '../text/isolated.ts'
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

/** Returns the menu items for this user's actions upon another user in a room. Only those that will work. */
export function personItems({ chat, conversation, userId, open, run }: PersonMenu): MenuItem[] {
  const { doors, members } = conversation
  const standing = members.get().standings.get(userId) ?? { role: 'member' }
  const { role, mutedUntil = 0 } = standing
  const person = { userId, role }
  const isMember = !members.get().isReady || members.get().userIds.includes(userId)
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
      .map((other) => ({ label: words.makeRole[other], onSelect: () => run(() => give(other)) }))
  const mute = isMuted
    ? { label: words.endMute, onSelect: () => run(unmute) }
    : { label: words.muteEllipsis, onSelect: () => open({ name: 'mute', userId }) }
  const block = chat.blocked.has(userId)
    ? { label: words.unblockNamed(name), onSelect: () => run(() => chat.blocked.unblock(userId)) }
    : { label: words.blockNamed(name), onSelect: () => open({ name: 'block', userId }) }
  return [
    ...roleItems(),
    ...(isMember && doors.can('mute', person) ? [mute] : []),
    ...(isMember && doors.can('kick', person)
      ? [{ label: words.removeEllipsis, onSelect: () => open({ name: 'kick', userId }), isDangerous: true }]
      : []),
    ...(doors.can('ban', person)
      ? [{ label: words.banEllipsis, onSelect: () => open({ name: 'ban', userId }), isDangerous: true }]
      : []),
    block,
  ]
}
