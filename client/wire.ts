import type * as z from 'zod/mini'
import type { Action, actions } from '../src/protocol/actions.ts'

/** A request as it is written down: what has a default may be left out. */
export type Frame<A extends Action> = z.input<(typeof actions)[A]['request']> & { action: A }
