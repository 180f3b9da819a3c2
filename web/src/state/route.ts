/** The place that the address names after `#`: a room, a direct conversation, an invite to a room, or none. */
export type Route =
  | { kind: 'home' }
  /** `seq`: the message to show. */
  | { kind: 'room'; id: string; seq?: number }
  | { kind: 'direct'; userId: string; seq?: number }
  | { kind: 'join'; invite: string }

export function routeFrom(hash: string): Route {
  const [, kind, encoded = '', seq] = /^#\/(room|direct|join)\/([^/]+)(?:\/(\d{1,15}))?$/.exec(hash) ?? []
  const id = decoded(encoded)
  if (kind === undefined || id === undefined) return { kind: 'home' }
  if (kind === 'join') return { kind, invite: id }
  const place = seq === undefined ? {} : { seq: Number(seq) }
  return kind === 'room' ? { kind, id, ...place } : { kind: 'direct', userId: id, ...place }
}

export function hashOf(route: Route): string {
  switch (route.kind) {
    case 'home':
      return '#/'
    case 'room':
      return `#/room/${encodeURIComponent(route.id)}`
    case 'join':
      return `#/join/${encodeURIComponent(route.invite)}`
    case 'direct':
      return `#/direct/${encodeURIComponent(route.userId)}`
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text) || undefined
  } catch {
    return undefined
  }
}
