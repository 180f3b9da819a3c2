import type { SyncRetry } from './behaviour.ts'
import { CONNECTION_ROWS, type DataModel, SESSION_ROWS } from './data-model.ts'
import { ACCOUNT, NEW_TABLE, type Rate, type TableLimits, WARM_TABLE } from './limits.ts'
import { type Outcome, simulate } from './storm.ts'
import { seededRandom } from './seeded-random.ts'

/** The defaults of Terraform's `connects_per_second` and `connects_burst`. */
export const ADMISSION: Rate = { perSecond: 70, burst: 200 }

const NEW_CONNECTION: SyncRetry = { on: 'new connection', resumes: false, retryAfterMs: 0 }
const FROM_THE_START: SyncRetry = { on: 'same connection', resumes: false, retryAfterMs: 0 }
const RESUMED: SyncRetry = { on: 'same connection', resumes: true, retryAfterMs: 0 }

const TABLES = { new: NEW_TABLE, warm: WARM_TABLE } satisfies Record<string, TableLimits>

export interface Scenario {
  model: '0.1.0' | 'sessions'
  /** What a client does when its `sync` is refused. */
  refusedSync: 'new connection' | 'from the start' | 'resumed'
  table: keyof typeof TABLES
  /** Whether the route `$connect` is throttled. */
  admission: boolean
  clients: number
  rooms: number
}

export interface ScenarioResult extends Scenario {
  outcome: Outcome
}

const MODELS: Record<Scenario['model'], DataModel> = { '0.1.0': CONNECTION_ROWS, sessions: SESSION_ROWS }
const RETRIES: Record<Scenario['refusedSync'], SyncRetry> = {
  'new connection': NEW_CONNECTION,
  'from the start': FROM_THE_START,
  resumed: RESUMED,
}

const LARGE = { clients: 100_000, rooms: 50 }

/** The whole storm: first on a warm table, then on a new one, then on a new one with admission. */
export const STORMS: Scenario[] = (
  [
    { table: 'warm', admission: false },
    { table: 'new', admission: false },
    { table: 'new', admission: true },
  ] as const
).flatMap((where) => [
  { model: '0.1.0', refusedSync: 'new connection', ...where, ...LARGE },
  { model: 'sessions', refusedSync: 'new connection', ...where, ...LARGE },
  { model: 'sessions', refusedSync: 'from the start', ...where, ...LARGE },
  { model: 'sessions', refusedSync: 'resumed', ...where, ...LARGE },
])

/** What admission means for small chats: each without it and with it. */
export const SMALL_CHATS: Scenario[] = [
  { clients: 100, rooms: 50 },
  { clients: 200, rooms: 50 },
  { clients: 1_000, rooms: 10 },
  { clients: 1_000, rooms: 50 },
  { clients: 5_000, rooms: 10 },
].flatMap((size) =>
  [false, true].map((admission) => ({
    model: 'sessions',
    refusedSync: 'resumed',
    table: 'new',
    admission,
    ...size,
  })),
)

const SEED = 7
const UNTIL_MS = 2 * 60 * 60_000
/** A large storm is simulated with a fiftieth of its clients and a fiftieth of the limits. */
const SCALE = { from: 20_000, by: 50 }

export function run(scenario: Scenario): ScenarioResult {
  const { model, refusedSync, table, admission, clients, rooms } = scenario
  const outcome = simulate(
    {
      clients,
      rooms,
      model: MODELS[model],
      syncRetry: RETRIES[refusedSync],
      limits: { ...ACCOUNT, table: TABLES[table] },
      ...(admission && { admission: ADMISSION }),
      untilMs: UNTIL_MS,
      scale: clients < SCALE.from ? 1 : SCALE.by,
    },
    seededRandom(SEED),
  )
  return { ...scenario, outcome }
}
