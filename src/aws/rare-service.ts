import { aws } from './aws.ts'
import { type AskService, endpointIn, type JsonService, jsonService } from './json-service.ts'

/** How often a rare service is asked, and the wait before another attempt, in milliseconds: it doubles. */
export const RARE_ATTEMPTS = 3
export const RARE_DELAY_MS = 100

interface RareService extends Pick<JsonService, 'what' | 'service' | 'target' | 'jsonVersion'> {
  /** Default: where it is in the function's Region. */
  endpoint: string | undefined
}

/** A service that is asked now and then, and whose answer nobody waits for. It is looked for at its first request. */
export function rareService({ endpoint, ...named }: RareService): AskService {
  let asking: Promise<AskService> | undefined
  const make = async () =>
    jsonService({
      ...named,
      endpoint: endpoint ?? endpointIn(named.service, await aws.region()),
      aws,
      timeoutMs: 5_000,
      maxAttempts: RARE_ATTEMPTS,
      maxSockets: 4,
      baseDelayMs: RARE_DELAY_MS,
    })
  return async (operation, input) => (await (asking ??= make()))(operation, input)
}
