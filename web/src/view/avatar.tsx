import { hueOf, initialsOf } from '../text/avatar.ts'

interface AvatarProps {
  /** Decides the colour. */
  id: string
  name?: string
  size?: 'small' | 'large'
}

/** Stands beside a name, so it says nothing to a screen reader. */
export const Avatar = ({ id, name = id, size }: AvatarProps) => (
  <span className={`avatar hue-${hueOf(id)} ${size ?? ''}`} aria-hidden="true">
    {initialsOf(name)}
  </span>
)
