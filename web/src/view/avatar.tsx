import { hueOf, initialsOf } from '../text/avatar.ts'

interface AvatarProps {
  /** Decides the colour. */
  id: string
  name?: string
  size?: 'small' | 'large'
}

/** A coloured circle with initials. It stands beside the name, so screen readers skip it. */
export const Avatar = ({ id, name = id, size }: AvatarProps) => (
  <span className={`avatar hue-${hueOf(id)} ${size ?? ''}`} aria-hidden="true">
    {initialsOf(name)}
  </span>
)
