import type { Action, Reply, Request } from '../protocol/actions.ts'
import type { Caller } from './caller.ts'

/** One of the protocol's actions and what the server does for it, whatever transport the request came by. */
export interface ActionHandler<A extends Action = Action> {
  readonly name: A
  /**
   * @param input valid by `actions[name].request`
   * @returns the reply's `data`
   * @throws ChatError when the action fails
   */
  handle(input: Request<A>, caller: Caller): Promise<Reply<A>>
}

/** Defines the handler of an action: `name` gives `handle` the types of its request and its reply. */
export function action<A extends Action>(name: A, handle: ActionHandler<A>['handle']): ActionHandler<A> {
  return { name, handle }
}
