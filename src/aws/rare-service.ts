import { aws } from './aws.ts'
import { type AskService, endpointIn, type JsonService, jsonService } from './json-service.ts'

/** How often a rare service is tried, and the first wait before another attempt, in milliseconds. The wait doubles. */
export const RARE_ATTEMPTS = 3
export const RARE_DELAY_MS = 100

interface RareService extends Pick<JsonService, 'what' | 'service' | 'target' | 'jsonVersion'> {
  /** Defaults to the service's endpoint in the function's Region. */
  endpoint: string | undefined
}

/** Returns a client for a service that is called rarely and that no user waits for. It is set up at the first call. */
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
