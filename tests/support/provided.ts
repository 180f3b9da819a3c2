import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The one DynamoDB Local of the test run, in memory. Make an own table in it for each test file. */
    dynamodbEndpoint: string
  }
}
