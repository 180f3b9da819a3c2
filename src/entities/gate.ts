/** What stands before a send. Kept in one short attribute of the room's item, which is rewritten at every send. */
export interface Gate {
  /** Nobody writes but the server. */
  closed: boolean
  /** The room was deleted; only its id is still taken. */
  deleted: boolean
  /** Only moderators and above write. */
  moderatorsOnly: boolean
  /** The least time between two sends of a member; 0 when there is none. */
  slowModeSeconds: number
}

/** Reads the attribute, such as `c` or `m,s30`. */
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

/** The attribute; undefined when nothing stands in the way. */
export function gateText({ closed, deleted, moderatorsOnly, slowModeSeconds }: Gate): string | undefined {
  const parts = [
    ...(closed ? ['c'] : []),
    ...(deleted ? ['d'] : []),
    ...(moderatorsOnly ? ['m'] : []),
    ...(slowModeSeconds > 0 ? [`s${slowModeSeconds}`] : []),
  ]
  return parts.length === 0 ? undefined : parts.join(',')
}
