/**
 * Prints the size and composition of each function's bundle. Fails if one exceeds its budget or could post without the
 * right to.
 */
import { deflateRawSync } from 'node:zlib'
import { loadStack } from '../../terraform/stack.ts'
import { budgetOf, complaintsAbout } from './budget.ts'
import { bundleFunctions } from '../shared/bundling/bundle-functions.ts'
import { composition } from './composition.ts'

const LARGEST = 6

const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(0)

const stack = loadStack()
const bundles = await bundleFunctions(stack.functions)
console.log('function             raw KB  budget  deflated  made up of')
for (const bundle of bundles) {
  const largest = composition(bundle).slice(0, LARGEST)
  console.log(
    bundle.name.padEnd(18),
    kilobytes(bundle.code.length).padStart(8),
    kilobytes(budgetOf(stack, bundle.name)).padStart(7),
    kilobytes(deflateRawSync(bundle.code).length).padStart(9),
    '',
    largest.map(([source, bytes]) => `${source} ${kilobytes(bytes)}`).join(', '),
  )
}

const complaints = bundles.flatMap((bundle) => complaintsAbout(stack, bundle))
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exitCode = 1
