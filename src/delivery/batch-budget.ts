import { CONCURRENCY } from './posting/post-frame.ts'

/** How many pages of one room are assumed to be posted to at the same time: a new table has four shards. */
const PAGES_AT_ONCE = 4

/**
 * Returns how many posts per second one page of a room may take, so that all pages together stay within the room's
 * budget.
 *
 * @param pages the number of pages that the room has
 */
export const postsOfPage = (pages: number): number => batchBudget.roomPosts / Math.min(PAGES_AT_ONCE, Math.ceil(pages))

/**
 * What one batch may take. Times are in milliseconds since the batch began; for `recipientMs`, since the recipient's
 * first post.
 *
 * | name           | value | what it limits                         | why                                            |
 * | -------------- | ----- | -------------------------------------- | ---------------------------------------------- |
 * | `retryMs`      | 5 s   | when posts are still retried, beside   | one room's trouble must not hold up its shard  |
 * |                |       | what the pace of a large room takes    |                                                |
 * | `recipientMs`  | 4 s   | all posts and retries of one recipient | others need its place                          |
 * | `rangesMs`     | 30 s  | when a range of a huge room may begin  | a range that has begun must be able to end     |
 * | `postsMs`      | 45 s  | when a post may start                  | the batch must end before the timeout          |
 * | `rangesAtOnce` | 4     | ranges read at once, a page of each    | memory must not grow with the tasks in a batch |
 * | `laggards`     | 256   | laggards posted to, once and briefly   | one that has recovered must be reached soon    |
 * | `roomPosts`    | 8,000 | posts a second to one large room       | the account's 10,000 are for the others too    |
 *
 * After `retryMs` a post is made once and given half a second. A recipient's last attempt may end half a second after
 * `recipientMs`. Ranges that have not begun are postponed, posts that have not started count as slow, and the other
 * laggards are skipped. So 10,000 recipients that don't answer hold up a shard for 24 s, once.
 *
 * The timeout of the stream function is 60 s. A batch that ran into it would be redelivered with the same recipients in
 * the same order, and its last ones would never be reached. The limits of one attempt are in `postWithRetry`, and how
 * long a laggard is remembered is in `Laggards`.
 */
export const batchBudget = {
  retryMs: 5_000,
  recipientMs: 4_000,
  rangesMs: 30_000,
  postsMs: 45_000,
  rangesAtOnce: 4,
  laggards: CONCURRENCY,
  roomPosts: 8_000,
}
