/**
 * `npm run bench:worst-batch`: how long do others wait for what one user does on purpose? First, a message behind 499
 * other records of its batch. Then a minute of messages while a user does their worst, as often as Terraform's limits
 * allow, beside the same minute without. Exit code 1 when a p99 is more than 1.5 times that without.
 */
import { table } from '../../scripts/shared/markdown.ts'
import { batches, measure } from './batches.ts'
import { minuteWith, MOST, WORST } from './minutes.ts'

const waits: string[][] = []
for (const what of Object.keys(batches)) waits.push([what, ...(await measure(what)).map(String)])
const figures = ['requests before its post', 'ms before its post', 'requests', 'ms until the next batch']
console.log(`${table(['with the message in a batch', ...figures], waits)}\n`)

const without = await minuteWith()
const minutes = [['does nothing', without.p50.toFixed(0), without.p99.toFixed(0), '1']]
for (const what of WORST) {
  const { p50, p99 } = await minuteWith(what)
  minutes.push([what, p50.toFixed(0), p99.toFixed(0), (p99 / without.p99).toFixed(2)])
  if (p99 > MOST * without.p99) process.exitCode = 1
}
console.log(table(['while one user', 'p50, ms', 'p99, ms', 'of the p99 without'], minutes))
