import type { Stack } from '../../terraform/stack.ts'
import type { Closers } from '../closers.ts'
import type { Log } from '../contracts.ts'
import type { LocalCredentials } from '../environment.ts'
import type { RuntimeOptions } from '../runtime-options.ts'

/** What every part of the runtime is started with. */
export interface PartContext {
  options: RuntimeOptions
  /** The address that the HTTP servers listen on. */
  host: string
  /** The port of the front door, which serves the page. */
  port: number
  stack: Stack
  tableName: string
  credentials: LocalCredentials
  log: Log
  /** Each part adds its `close` as soon as it runs. They are called in reverse order. */
  closers: Closers
}

/** The part of the context that is known before the table runs. */
export type BeforeTable = Omit<PartContext, 'credentials' | 'port'>
