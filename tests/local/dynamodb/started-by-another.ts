/** Runs as a process of its own: starts DynamoDB Local, prints its address, and waits to be killed. */
import { startDynamoDbLocal } from '../../../local/dynamodb/process.ts'
import { quietLog } from '../../support/quiet-log.ts'

const { endpoint, pid } = await startDynamoDbLocal({ log: quietLog })
process.stdout.write(`${JSON.stringify({ endpoint, pid })}\n`)
