import { createServer, type ServerResponse } from 'node:http'
import { CreateTableCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { listen, originOf, readBody } from '../../local/http.ts'
import { database, tableName } from '../support/own-table.ts'

const arn = (id: string) => `arn:aws:sns:eu-central-1:123456789012:endpoint/GCM/chat/${id}`

/** The errors of SNS for some endpoints. It accepts all others. */
const errors: Record<string, [status: number, code: string, message: string]> = {
  [arn('disabled')]: [400, 'EndpointDisabled', 'Endpoint is disabled'],
  [arn('deleted')]: [
    400,
    'InvalidParameter',
    'Invalid parameter: TargetArn Reason: No endpoint found for the target arn',
  ],
  [arn('unknown')]: [404, 'NotFound', 'Topic does not exist'],
  [arn('wrong')]: [400, 'InvalidParameter', 'Invalid parameter: Message too long'],
}

const published: string[] = []
const sns = createServer((request, response) => {
  readBody(request, 100_000).then(
    (body) => answer(new URLSearchParams(body!.toString()), response),
    () => response.destroy(),
  )
})

function answer(asked: URLSearchParams, response: ServerResponse): void {
  const target = asked.get('TargetArn')!
  const [status, code, message] = errors[target] ?? [200]
  if (status === 200) published.push(target)
  response.writeHead(status, { 'content-type': 'text/xml' })
  response.end(
    code === undefined
      ? '<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>'
      : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  )
}

process.env.AWS_ENDPOINT_URL_SNS = originOf('127.0.0.1', await listen(sns, 0, '127.0.0.1'))
process.env.DEVICES_TABLE = tableName
const push = await import('../../examples/push/sns.ts')

beforeAll(async () => {
  await database.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['userId', 'endpointArn'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'userId', KeyType: 'HASH' },
        { AttributeName: 'endpointArn', KeyType: 'RANGE' },
      ],
    }),
  )
})
afterAll(() => void sns.close().closeAllConnections())

const addDevice = (userId: string, id: string) =>
  database.send(
    new PutItemCommand({ TableName: tableName, Item: { userId: { S: userId }, endpointArn: { S: arn(id) } } }),
  )

async function devices(): Promise<string[]> {
  const { Items = [] } = await database.send(new ScanCommand({ TableName: tableName }))
  return Items.map(({ endpointArn }) => endpointArn!.S!).sort()
}

const eventOf = (messageId: string, body: string) => ({ messageId, body })

const wanted = (messageId: string, ...userIds: string[]) =>
  eventOf(messageId, JSON.stringify({ detail: { chatRoomId: 'general', senderId: 'ada', userIds } }))

const handle = (...Records: { messageId: string; body: string }[]) => push.handler({ Records } as unknown as SQSEvent)

/** Returns what the example reports, which is captured here. */
function reports(): { what: string; userId?: string; error: string }[] {
  const lines: { what: string; userId?: string; error: string }[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(JSON.parse(String(line)) as (typeof lines)[number])
    return true
  })
  onTestFinished(() => write.mockRestore())
  return lines
}

test('an endpoint that is gone is reported and forgotten, and the event goes on to all others', async () => {
  const reported = reports()
  for (const id of ['disabled', 'phone']) await addDevice('bob', id)
  for (const id of ['deleted', 'unknown', 'tablet']) await addDevice('cleo', id)
  expect(await handle(wanted('1', 'bob', 'cleo', 'nobody'))).toEqual({ batchItemFailures: [] })
  expect(published.splice(0).sort()).toEqual([arn('phone'), arn('tablet')])
  expect(await devices()).toEqual([arn('phone'), arn('tablet')])
  expect(reported.map(({ what, userId, error }) => [what, userId, error]).sort()).toEqual([
    ['device gone', 'bob', 'EndpointDisabledException'],
    ['device gone', 'cleo', 'InvalidParameterException'],
    ['device gone', 'cleo', 'NotFoundException'],
  ])
})

test('what else fails comes again, when all others have been pushed to', async () => {
  const reported = reports()
  await addDevice('dan', 'wrong')
  await addDevice('dan', 'watch')
  const response = await handle(eventOf('1', 'no JSON'), wanted('2', 'dan', 'bob'), wanted('3', 'bob'))
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '2' }] })
  expect(published.splice(0).sort()).toEqual([arn('phone'), arn('phone'), arn('watch')])
  expect(await devices()).toContain(arn('wrong'))
  expect(reported.map(({ what }) => what)).toEqual(['push failed', 'push failed'])
  expect(reported[1]!.error).toContain('Message too long')
})
