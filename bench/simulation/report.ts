import { short, table, withBlock } from '../../scripts/shared/markdown.ts'
import { type CaseResult, type Question, QUESTIONS } from './deliveries.ts'
import type { ScenarioResult } from './scenarios.ts'

/** The content of `bench/results/simulation.json`. */
export interface SimulationResults {
  storms: ScenarioResult[]
  smallChats: ScenarioResult[]
  deliveries: CaseResult[]
}

/** Returns the page with the tables of these results. */
export function documentWith(document: string, { storms, smallChats, deliveries }: SimulationResults): string {
  const blocks: [name: string, text: string][] = [
    ['storms', stormTable(storms)],
    ['small-chats', smallChatTable(smallChats)],
    ...QUESTIONS.map((question): [string, string] => [question, deliveryTable(deliveries, question)]),
  ]
  return blocks.reduce((text, [name, block]) => withBlock(text, name, block), document)
}

const deliveryTable = (results: readonly CaseResult[], question: Question): string =>
  table(
    ['', 'of', 'p10, ms', 'p50, ms', 'p90, ms', 'p99, ms', 'posts per event', 'events that `sync` must bring'],
    results
      .filter((result) => result.question === question)
      .flatMap(({ name, rooms }) =>
        rooms.map((of) => [
          name,
          of.name,
          ...[of.p10, of.p50, of.p90, of.p99].map((ms) => short(Math.round(ms))),
          short(of.postsPerEvent),
          of.lost === 0 ? '0' : `${short((100 * of.lost) / of.events)} %`,
        ]),
      ),
  )

const stormTable = (results: readonly ScenarioResult[]): string =>
  table(
    [
      'table',
      'rows',
      'a refused `sync` is tried again',
      'half are back, s',
      'all are back, s',
      'attempts per client',
      'refused syncs per client',
      'write units per client',
      'of them in vain',
      'a message waits, s',
      'functions at once',
    ],
    results.map(({ model, refusedSync, table: where, admission, outcome }) => [
      admission ? `${where}, with admission` : where,
      model,
      refusedSync === 'new connection' ? 'on a new connection' : refusedSync,
      backS(outcome.halfBackS, outcome.backShare),
      backS(outcome.allBackS, outcome.backShare),
      ...[
        outcome.attempts,
        outcome.refusedSyncs,
        outcome.writes,
        outcome.writesInVain,
        outcome.messageWaitS,
        outcome.executions,
      ].map(short),
    ]),
  )

const smallChatTable = (results: readonly ScenarioResult[]): string =>
  table(
    ['admission', 'clients', 'rooms of each', 'half are back, s', 'all are back, s', 'attempts per client'],
    results.map(({ admission, clients, rooms, outcome }) => [
      admission ? 'yes' : 'no',
      short(clients),
      short(rooms),
      backS(outcome.halfBackS, outcome.backShare),
      backS(outcome.allBackS, outcome.backShare),
      short(outcome.attempts),
    ]),
  )

/** If the time was not reached, shows the share of clients instead. */
const backS = (seconds: number | null, backShare: number): string =>
  seconds === null ? `never (${short(backShare * 100)} %)` : seconds < 10 ? short(seconds) : short(Math.round(seconds))
