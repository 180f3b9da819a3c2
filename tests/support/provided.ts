import 'vitest'
import type { Deployment } from '../../scripts/e2e/deployment.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The endpoint of the test run's DynamoDB Local, in memory. A file's database is that of `account.ts`. */
    dynamodbEndpoint: string
    /** A folder for what the processes of one run share. */
    runFolder: string
    /** The folder of the stack's bundled functions. */
    functionsFolder: string
    /** The folder of the built page, in the browser tests. */
    pageFolder: string
    /** The stack that `npm run e2e` tests. Undefined otherwise: tests then start a runtime of their own. */
    deployment: Deployment | undefined
  }
}
