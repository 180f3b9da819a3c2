/**
 * `npm run bench:day`: checks that the local runtime withstands a day of work. Eight clients of the SDK send 100,000
 * messages through connections that are cut, and DynamoDB Local is killed five times. No message may be missing,
 * repeated or out of order, and the rate at the end must be at least 0.8 of the rate at the start. `--messages=10000`
 * and `--kills=0` make it shorter; with `--minutes=60` the sending ends then, and what was sent is checked. The exit
 * code is 1 if something is wrong.
 */
import { parseArgs } from 'node:util'
import { median } from '../shared/statistics.ts'
import { runDay } from './day.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    kills: { type: 'string', default: '5' },
    minutes: { type: 'string', default: 'Infinity' },
  },
})
const plan = {
  messages: Number(values.messages),
  kills: Number(values.kills),
  clients: 8,
  rooms: 4,
  cutEveryMs: 20_000,
  minutes: Number(values.minutes),
}
const day = await runDay(plan, ({ sent, seconds, rate, jvmMB, runtimeMB }) => {
  console.log(
    `${seconds.toFixed(0).padStart(6)} s ${String(sent).padStart(7)} messages ${rate.toFixed(0).padStart(5)}/s ` +
      `JVM ${String(jvmMB)} MB, runtime ${String(runtimeMB)} MB`,
  )
})
const quarter = Math.max(1, Math.floor(day.samples.length / 4))
const rates = day.samples.map(({ rate }) => rate)
const ratio = median(rates.slice(-quarter)) / median(rates.slice(0, quarter))
console.log(
  `${String(day.sent)} messages, ${String(day.kills)} kills, ${String(day.cuts)} cut connections; ` +
    `rate at the end: ${ratio.toFixed(2)} of the start`,
)
for (const complaint of day.complaints) console.log(complaint)
if (day.complaints.length === 0) console.log('nothing is missing, twice or out of order')
process.exitCode = day.complaints.length === 0 && ratio >= 0.8 ? 0 : 1
