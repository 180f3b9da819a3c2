import { words } from '../language/words.ts'
import { type Talk, useOnline } from '../../../client/react/index.ts'
import { Avatar } from './avatar.tsx'
import { useVisible } from './use-visible.ts'

interface FaceProps {
  userId: string
  /** The room as a member of which the user is shown. */
  talk?: Talk | undefined
}

/** The picture of a user, with a dot if they are online. */
export function Face({ userId, talk }: FaceProps) {
  const isOnline = useOnline(userId, useVisible(), talk)
  return (
    <span className="with-dot">
      <Avatar id={userId} size="small" />
      {isOnline && <span className="online-dot" role="img" aria-label={words.online} title={words.online} />}
    </span>
  )
}
