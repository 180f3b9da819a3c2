/**
 * Whether tests with many variants, such as seeds and orders, run all of them. `THOROUGH=1 npm test` does so, and so
 * does `.ci/run`. By default they run a part, the same each time.
 */
export const thorough = process.env.THOROUGH === '1'
