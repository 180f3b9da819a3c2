/**
 * Whether every variant runs of the tests that have many: seeds, orders. `THOROUGH=1 npm test` does, as `.ci/run`; by
 * default the same part of them each time.
 */
export const thorough = process.env.THOROUGH === '1'
