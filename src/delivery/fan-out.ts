import { type Audience, audiencesOf, inTurns, readRecipients } from './audience.ts'
import { batchBudget } from './batch-budget.ts'
import { BatchPoster } from './batch-poster.ts'
import type { Delivery, FanOutReport } from './delivery.ts'
import type { PostFrame } from './posting/post-frame.ts'

/**
 * Delivers the events of one batch: reads the recipients with one strongly consistent query for each room, and posts
 * all events of a connection in as few frames as possible. It never rejects because of a recipient; failures are in the
 * report.
 *
 * In a huge room, only the first page of subscriptions is posted to here. The rest becomes range tasks, whose rows
 * arrive in the stream as records of their own. A range is read page by page. Four pages of the batch's ranges are read
 * at once, and posted to before the next four are read. Rooms take turns.
 *
 * @param startedAt when the batch began, in epoch milliseconds; its time budget counts from then
 * @param share which share of the places for posts it may use, if other fan-outs run at the same time
 */
export async function fanOut(
  deliveries: readonly Delivery[],
  post: PostFrame,
  startedAt = Date.now(),
  share = 1,
): Promise<FanOutReport> {
  const report: FanOutReport = {
    sizes: new Map(),
    recipients: 0,
    posts: { delivered: 0, gone: 0, throttled: 0, slow: 0, failed: 0 },
    eventsDelivered: 0,
    latencies: [],
    skipped: 0,
    unread: [],
    postponed: [],
    errors: [],
  }
  const postpone = (audiences: readonly Audience[]) => {
    report.postponed.push(...audiences.flatMap(({ deliveries }) => deliveries))
  }
  const poster = new BatchPoster(post, report, startedAt, share)
  const audiences = audiencesOf(deliveries)
  const ranges = inTurns(audiences.filter(({ range }) => range !== undefined))
  const next = (count: number) => ranges.splice(0, count)
  let turn = [...audiences.filter(({ range }) => range === undefined), ...next(batchBudget.rangesAtOnce)]
  while (turn.length > 0) {
    const { eventsOf, unfinished, paces } = await readRecipients(turn, report)
    await poster.postAll(eventsOf, paces)
    const elapsed = Date.now() - startedAt
    if (elapsed > batchBudget.rangesMs) postpone(ranges.splice(0))
    if (elapsed > batchBudget.postsMs) postpone(unfinished.splice(0))
    turn = [...unfinished, ...next(batchBudget.rangesAtOnce - unfinished.length)]
  }
  return report
}
