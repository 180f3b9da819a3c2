import { deploymentRetentionDays } from '../entities/retention.ts'
import { Forbidden } from '../errors.ts'
import type { SomeSettings } from '../protocol/room-schema.ts'
import type { Actor } from '../rooms/admission.ts'

/**
 * @param settings of a room that is created or changed
 * @throws Forbidden when the room would keep messages longer than this deployment does
 */
export function requireRetention({ scopes }: Pick<Actor, 'scopes'>, settings: SomeSettings = {}): void {
  if (scopes.has('server') || deploymentRetentionDays === undefined) return
  if ((settings.retentionDays ?? 0) > deploymentRetentionDays) {
    const most = `${deploymentRetentionDays} days`
    throw new Forbidden(`unable to keep messages so long; this deployment keeps them for at most ${most}`)
  }
}
