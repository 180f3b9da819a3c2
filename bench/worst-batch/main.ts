/**
 * `npm run bench:worst-batch`: how long do others wait for what one user does on purpose? First, a message behind 499
 * other records of its batch. Then a minute of messages while a user does their worst, as often as Terraform's limits
 * allow, beside the same minute without. Exit code 1 when a p99 is more than 1.5 times that without.
 */
import { batches, measure } from './batches.ts'
import { minuteWith, MOST, WORST } from './minutes.ts'

print(
  'with the message in a batch',
  'requests before its post',
  'ms before its post',
  'requests',
  'ms to the next batch',
)
for (const what of Object.keys(batches)) print(what, ...(await measure(what)))

console.log()
print('while one user', 'p50, ms', 'p99, ms', 'of the p99 without')
const without = await minuteWith()
print('does nothing', without.p50.toFixed(0), without.p99.toFixed(0), '1')
for (const what of WORST) {
  const { p50, p99 } = await minuteWith(what)
  print(what, p50.toFixed(0), p99.toFixed(0), (p99 / without.p99).toFixed(2))
  if (p99 > MOST * without.p99) process.exitCode = 1
}

function print(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}
