import { words } from '../language/words.ts'
import { type Talk, useOnline } from '../../../client/react/index.ts'
import { Avatar } from './avatar.tsx'
import { useVisible } from './use-visible.ts'

interface FaceProps {
  userId: string
  /** The room as a member of which the user is shown. */
  talk?: Talk | undefined
  /** Whether the user is known to look at the room. They may have come after it was asked who is online. */
  isHere?: boolean
}

/** The picture of a user, with a dot if they are online. */
export function Face({ userId, talk, isHere }: FaceProps) {
  const isOnline = useOnline(userId, useVisible(), talk) || isHere
  return (
    <span className="with-dot">
      <Avatar id={userId} size="small" />
      {isOnline && <span className="online-dot" role="img" aria-label={words.online} title={words.online} />}
    </span>
  )
}
