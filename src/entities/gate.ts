/** What a send to a room must pass. It is one short attribute of the room, because every send rewrites that row. */
export interface Gate {
  /** Only backends may write. */
  closed: boolean
  /** The room was deleted. Only its id is still taken. */
  deleted: boolean
  /** Only moderators and above may write. */
  moderatorsOnly: boolean
  /** The shortest time between two sends of a member. 0 without slow mode. */
  slowModeSeconds: number
}

/** Parses the attribute, such as `c` or `m,s30`. */
export function gateOf({ gate }: { gate?: string | undefined }): Gate {
  const parts = gate?.split(',') ?? []
  const slow = parts.find((part) => part.startsWith('s'))
  return {
    closed: parts.includes('c'),
    deleted: parts.includes('d'),
    moderatorsOnly: parts.includes('m'),
    slowModeSeconds: slow === undefined ? 0 : Number(slow.slice(1)),
  }
}

/** Returns the attribute, or undefined if everybody may send. */
export function gateText({ closed, deleted, moderatorsOnly, slowModeSeconds }: Gate): string | undefined {
  const parts = [
    ...(closed ? ['c'] : []),
    ...(deleted ? ['d'] : []),
    ...(moderatorsOnly ? ['m'] : []),
    ...(slowModeSeconds > 0 ? [`s${slowModeSeconds}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(',')
}
