/** What AWS allows one stack. Rates are per second. A bucket's burst is the most that it holds. */
export interface Limits {
  /** New connections. */
  connects: Rate
  /** Requests of the account: connects, frames from clients, and posts to them. */
  requests: Rate
  /** Lambda functions that run at the same time. */
  executions: number
  table: TableLimits
}

export interface Rate {
  perSecond: number
  burst: number
}

/** Units per second. The index has as many write units as the table, counted separately. */
export interface TableLimits {
  writes: number
  reads: number
  /**
   * While a table is in use its capacity doubles after this time, up to `most`. If undefined, the capacity is fixed.
   */
  doublesAfterMs?: number
  most: number
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html: 40,000 units for a table. */
const TABLE_QUOTA = 40_000

/**
 * A new on-demand table. Documented: 4,000 writes and 12,000 reads at once, then twice the former peak within 30
 * minutes. DynamoDB often adapts sooner.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export const NEW_TABLE: TableLimits = {
  writes: 4_000,
  reads: 12_000,
  doublesAfterMs: 30 * 60_000,
  most: TABLE_QUOTA,
}

/** A table pre-warmed to the quota. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html */
export const WARM_TABLE: TableLimits = { writes: TABLE_QUOTA, reads: TABLE_QUOTA, most: TABLE_QUOTA }

/** The default quotas of an account in the larger Regions. */
export const ACCOUNT: Omit<Limits, 'table'> = {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
  connects: { perSecond: 500, burst: 500 },
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
  requests: { perSecond: 10_000, burst: 5_000 },
  // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  executions: 1_000,
}

/**
 * Returns the limits divided by `by`. If the clients are divided by the same number, a storm takes the same time, but
 * the simulation runs that much faster.
 */
export function scaledDown({ connects, requests, executions, table }: Limits, by: number): Limits {
  return {
    connects: scaledRate(connects, by),
    requests: scaledRate(requests, by),
    executions: executions / by,
    table: { ...table, writes: table.writes / by, reads: table.reads / by, most: table.most / by },
  }
}

export const scaledRate = ({ perSecond, burst }: Rate, by: number): Rate => ({
  perSecond: perSecond / by,
  burst: burst / by,
})
