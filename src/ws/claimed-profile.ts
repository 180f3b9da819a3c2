import { defined } from '../protocol/defined.ts'
import { MAX_USER_NAME_CHARS } from '../protocol/limits.ts'
import { printableName } from '../protocol/printable-name.ts'
import { ImageUrl } from '../protocol/scalars.ts'

/** What a token says of its user, beside the id. */
export interface ClaimedProfile {
  name?: string
  imageUrl?: string
}

/**
 * What the claims `name` and `picture` say, as a profile may have it: the name is cleaned and cut, because its user
 * can't mend the token. A picture that no profile could have is none.
 */
export function claimedProfile({ name, picture }: Record<string, unknown>): ClaimedProfile {
  const imageUrl = ImageUrl.safeParse(picture)
  return defined({
    name: (typeof name === 'string' ? shortened(printableName(name)) : '') || undefined,
    imageUrl: imageUrl.success ? imageUrl.data : undefined,
  })
}

/** As many whole characters, as a reader counts them, as a name may have. */
function shortened(name: string): string {
  if ([...name].length <= MAX_USER_NAME_CHARS) return name
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if ([...kept, ...segment].length > MAX_USER_NAME_CHARS) break
    kept += segment
  }
  return printableName(kept)
}
