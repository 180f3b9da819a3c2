import type { Conversation } from '../state/conversation.ts'
import { AddPeopleDialog } from './add-people-dialog.tsx'
import { BrowseDialog } from './browse-dialog.tsx'
import { DayDialog } from './day-dialog.tsx'
import { DeleteMessageDialog } from './delete-message-dialog.tsx'
import { DeleteRoomDialog } from './delete-room-dialog.tsx'
import { EditRoomDialog } from './edit-room-dialog.tsx'
import { FileTextDialog } from './file-text-dialog.tsx'
import { ForYouDialog } from './for-you-dialog.tsx'
import { GalleryDialog } from './gallery-dialog.tsx'
import { InvitesDialog } from './invites-dialog.tsx'
import { InvitedDialog, JoinDialog } from './join-dialog.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { ModerationDialog } from './moderation-dialog.tsx'
import { NewRoomDialog } from './new-room-dialog.tsx'
import { BanDialog, BlockDialog, KickDialog, MuteDialog, ReportDialog } from './person-dialogs.tsx'
import { PinsDialog } from './pins-dialog.tsx'
import { DirectDialog, SignOutDialog } from './room-dialogs.tsx'
import { SearchDialog } from './search-dialog.tsx'
import { SeenByDialog } from './seen-by-dialog.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { Switcher } from './switcher.tsx'
import type { DialogRequest } from './use-dialogs.ts'

export { subscribe } from './web-push.ts'

export interface OpenedProps {
  request: DialogRequest
  current: Conversation | undefined
  onClose: () => void
  onSignOut: (() => void) | undefined
}

/** The dialog that is open. */
export function OpenedDialog({ request, current, onClose, onSignOut }: OpenedProps) {
  switch (request.name) {
    case 'new-room':
      return <NewRoomDialog onClose={onClose} />
    case 'join':
      return <JoinDialog onClose={onClose} />
    case 'invited':
      return <InvitedDialog invite={request.invite} />
    case 'direct':
      return <DirectDialog onClose={onClose} />
    case 'switcher':
      return <Switcher onClose={onClose} />
    case 'browse':
      return <BrowseDialog onClose={onClose} />
    case 'for-you':
      return <ForYouDialog onClose={onClose} />
    case 'settings':
      return <SettingsDialog onClose={onClose} />
    case 'keys':
      return <KeysDialog onClose={onClose} />
    case 'sign-out':
      return onSignOut && <SignOutDialog onClose={onClose} onSignOut={onSignOut} />
    case 'block':
      return <BlockDialog userId={request.userId} onClose={onClose} />
    default:
      return current && <RoomDialog request={request} conversation={current} onClose={onClose} />
  }
}

interface RoomDialogProps {
  request: DialogRequest
  conversation: Conversation
  onClose: () => void
}

/** A dialog about the open room. */
function RoomDialog({ request, ...props }: RoomDialogProps) {
  switch (request.name) {
    case 'leave':
      return <LeaveDialog {...props} />
    case 'add-people':
      return <AddPeopleDialog {...props} />
    case 'invites':
      return <InvitesDialog {...props} />
    case 'edit-room':
      return <EditRoomDialog {...props} />
    case 'moderation':
      return <ModerationDialog {...props} />
    case 'delete-room':
      return <DeleteRoomDialog {...props} />
    case 'pins':
      return <PinsDialog {...props} />
    case 'search':
      return <SearchDialog {...props} />
    case 'day':
      return <DayDialog {...props} />
    case 'kick':
      return <KickDialog {...props} userId={request.userId} />
    case 'ban':
      return <BanDialog {...props} userId={request.userId} />
    case 'mute':
      return <MuteDialog {...props} userId={request.userId} />
    case 'report':
      return <ReportDialog {...props} message={request.message} />
    case 'gallery':
      return <GalleryDialog {...props} messageId={request.messageId} />
    case 'file-text':
      return <FileTextDialog {...props} messageId={request.messageId} file={request.file} />
    case 'seen-by':
      return <SeenByDialog {...props} message={request.message} />
    case 'delete-message':
      return <DeleteMessageDialog {...props} message={request.message} />
    default:
      return null
  }
}
