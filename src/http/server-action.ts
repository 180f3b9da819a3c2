import type { ServerOnlyAction, ServerReply, ServerRequest } from '../protocol/server-api.ts'
import type { Caller } from '../ws/caller.ts'

/** One of the actions that only a backend may ask for. */
export interface ServerHandler<A extends ServerOnlyAction> {
  readonly name: A
  /**
   * @param input valid by `serverSchemas[name].request`
   * @returns the reply's `data`
   * @throws ChatError when the action fails
   */
  handle(input: ServerRequest<A>, caller: Caller): Promise<ServerReply<A>>
}

/** Defines the handler of such an action: `name` gives `handle` the types of its request and its reply. */
export function serverAction<A extends ServerOnlyAction>(
  name: A,
  handle: ServerHandler<A>['handle'],
): ServerHandler<A> {
  return { name, handle }
}
