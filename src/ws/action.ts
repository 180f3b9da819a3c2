import type { Action, Reply, Request } from '../protocol/actions.ts'
import type { Caller, SocketCaller } from './caller.ts'

/** One of the protocol's actions and what the server does for it, whatever transport the request came by. */
export interface ActionHandler<A extends Action = Action, C extends Caller = SocketCaller> {
  readonly name: A
  /**
   * @param input valid by `actions[name].request`
   * @returns the reply's `data`
   * @throws ChatError when the action fails
   */
  handle(input: Request<A>, caller: C): Promise<Reply<A>>
}

/** Defines the handler of an action: `name` gives `handle` the types of its request and its reply. */
export function action<A extends Action>(
  name: A,
  handle: ActionHandler<A, Caller>['handle'],
): ActionHandler<A, Caller> {
  return { name, handle }
}

/** The same for an action that makes no sense without the connection that the request came on. */
export function socketAction<A extends Action>(name: A, handle: ActionHandler<A>['handle']): ActionHandler<A> {
  return { name, handle }
}
