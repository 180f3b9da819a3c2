import { useState } from 'react'
import { hueOf, initialsOf } from '../text/avatar.ts'
import { usePerson } from './use-person.ts'

interface AvatarProps {
  /** The user's id, which determines the colour. */
  id: string
  size?: 'small' | 'large'
}

/** A user's picture, or a coloured circle with initials. It stands beside the name, so screen readers skip it. */
export function Avatar({ id, size }: AvatarProps) {
  const { name, imageUrl } = usePerson(id)
  const [failed, setFailed] = useState<string>()
  const isShown = imageUrl !== undefined && imageUrl !== failed
  return (
    <span className={`avatar hue-${hueOf(id)} ${size ?? ''}`} aria-hidden="true">
      {isShown ? (
        <img src={imageUrl} alt="" loading="lazy" decoding="async" onError={() => setFailed(imageUrl)} />
      ) : (
        initialsOf(name)
      )}
    </span>
  )
}
