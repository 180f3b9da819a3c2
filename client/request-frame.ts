import type * as z from 'zod/mini'
import type { Action, actions } from '../src/protocol/actions.ts'

/** A request as a caller writes it: fields that have a default are optional. */
export type RequestFrame<A extends Action> = z.input<(typeof actions)[A]['request']> & { action: A }
