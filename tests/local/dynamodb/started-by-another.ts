/** Run as a process of its own: starts DynamoDB Local, says where it is, and waits to be killed. */
import { startDynamoDbLocal } from '../../../local/dynamodb/process.ts'

const ignore = () => {}
const { endpoint, pid } = await startDynamoDbLocal({ log: { info: ignore, warn: ignore, error: ignore } })
process.stdout.write(`${JSON.stringify({ endpoint, pid })}\n`)
