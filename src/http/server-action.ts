import type { ServerOnlyAction, ServerReply, ServerRequest } from '../protocol/server-api.ts'
import type { Caller } from '../ws/caller.ts'

/** An action that only a backend may perform, and the function that performs it. */
export interface ServerHandler<A extends ServerOnlyAction> {
  readonly name: A
  /**
   * @param input already checked against `serverSchemas[name].request`
   * @returns the `data` of the reply
   * @throws ChatError when the action fails
   */
  handle(input: ServerRequest<A>, caller: Caller): Promise<ServerReply<A>>
}

/** Defines the handler of such an action. `name` gives `handle` the types of its request and its reply. */
export function serverAction<A extends ServerOnlyAction>(
  name: A,
  handle: ServerHandler<A>['handle'],
): ServerHandler<A> {
  return { name, handle }
}
