import type { Action, Reply, Request } from '../protocol/actions.ts'
import type { Caller, SocketCaller } from './caller.ts'

/** An action of the protocol together with the function that performs it, whatever transport the request arrived by. */
export interface ActionHandler<A extends Action = Action, C extends Caller = SocketCaller> {
  readonly name: A
  /**
   * @param input already checked against `actions[name].request`
   * @returns the `data` of the reply
   * @throws ChatError when the action fails
   */
  handle(input: Request<A>, caller: C): Promise<Reply<A>>
}

/** Defines the handler of an action. `name` gives `handle` the types of its request and its reply. */
export function action<A extends Action>(
  name: A,
  handle: ActionHandler<A, Caller>['handle'],
): ActionHandler<A, Caller> {
  return { name, handle }
}

/** Defines the handler of an action that only makes sense on a WebSocket connection. */
export function socketAction<A extends Action>(name: A, handle: ActionHandler<A>['handle']): ActionHandler<A> {
  return { name, handle }
}
