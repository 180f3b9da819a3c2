// Prints how many tests passed and failed, and the failures, from a folder of vitest's JSON reports: npx tsx … <folder>
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonTestResults } from 'vitest/reporters'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('name the folder of the reports')

const reports = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as JsonTestResults,
)
const total = (key: 'numPassedTests' | 'numFailedTests') => reports.reduce((sum, report) => sum + report[key], 0)

for (const { name, status, message, assertionResults } of reports.flatMap(({ testResults }) => testResults)) {
  // A file that could not be loaded has a message and no tests.
  if (status === 'failed' && assertionResults.length === 0) console.log(`\n${name}\n${message}`)
  for (const test of assertionResults.filter((result) => result.status === 'failed')) {
    console.log(`\n${name}: ${test.fullName}\n${test.failureMessages?.join('\n').slice(0, 2_000)}`)
  }
}
console.log(`\n${total('numPassedTests')} passed, ${total('numFailedTests')} failed`)
