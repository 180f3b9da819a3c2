import 'vitest'
import type { Deployment } from '../../scripts/e2e/deployment.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The one DynamoDB Local of the test run, in memory. A file's database is that of `account.ts`. */
    dynamodbEndpoint: string
    /** For what the processes of one run share. */
    runFolder: string
    /** The bundled functions of the stack. */
    functionsFolder: string
    /** What `npm run e2e` runs against; otherwise tests start a runtime of their own. */
    deployment: Deployment | undefined
  }
}
