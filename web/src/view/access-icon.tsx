import type { Access } from '../../../client/index.ts'
import { GlobeIcon, HashIcon, LockIcon } from './icons.tsx'

const icons = { private: LockIcon, public: GlobeIcon, link: HashIcon, direct: LockIcon }

/** A lock, a globe or a hash. @param access a room by link where it isn't known */
export function AccessIcon({ access = 'link' }: { access?: Access | undefined }) {
  const Icon = icons[access]
  return <Icon />
}
