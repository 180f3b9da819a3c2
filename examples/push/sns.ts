/**
 * SNS mobile push for `push.wanted`: the function that `terraform/examples/push/` deploys behind a queue. A device is
 * an endpoint of an SNS platform application (APNs or FCM). Your backend creates the endpoint when a user signs in on
 * the device, and saves it in a table with `userId` and `endpointArn`.
 * https://docs.aws.amazon.com/sns/latest/dg/mobile-push-send-register.html
 *
 * `npx esbuild examples/push/sns.ts --bundle --platform=node --format=esm --external:@aws-sdk/* --outfile=index.mjs`
 */
import { DeleteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import type { EventBridgeEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda'

interface PushWanted {
  chatRoomId: string
  senderId: string
  preview?: string
  userIds: string[]
}

const { DEVICES_TABLE: TableName = '' } = process.env
const devices = new DynamoDBClient()
const sns = new SNSClient()

export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const failed: string[] = []
  for (const { messageId, body } of Records) {
    try {
      const { detail } = JSON.parse(body) as EventBridgeEvent<'push.wanted', PushWanted>
      await allOf(detail.userIds, (userId) => wake(userId, detail))
    } catch (error) {
      // The queue delivers the event again, for all devices. A phone shows a repeated push once, by its collapse key.
      report('push failed', { messageId, error: String(error) })
      failed.push(messageId)
    }
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

/** Runs all, and throws only afterwards, so that one failure doesn't keep the others from their push. */
async function allOf<T>(some: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(some.map(run))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}

const report = (what: string, about: object) => process.stdout.write(`${JSON.stringify({ what, ...about })}\n`)

async function wake(userId: string, wanted: PushWanted): Promise<void> {
  // This is the place to call `getUnread` of the server API: a message read within the queue's delay needs no push.
  const values = { ':userId': { S: userId } }
  const { Items = [] } = await devices.send(
    new QueryCommand({ TableName, KeyConditionExpression: 'userId = :userId', ExpressionAttributeValues: values }),
  )
  const endpoints = Items.flatMap(({ endpointArn }) => endpointArn?.S ?? [])
  await allOf(endpoints, (endpointArn) => publish(userId, endpointArn, wanted))
}

async function publish(userId: string, TargetArn: string, wanted: PushWanted): Promise<void> {
  try {
    await sns.send(new PublishCommand({ TargetArn, MessageStructure: 'json', Message: messageOf(wanted) }))
  } catch (error) {
    if (!isGone(error as Error)) throw error
    report('device gone', { userId, endpointArn: TargetArn, error: (error as Error).name })
    await devices.send(
      new DeleteItemCommand({ TableName, Key: { userId: { S: userId }, endpointArn: { S: TargetArn } } }),
    )
  }
}

/**
 * Whether an endpoint will never receive a push again, because the app was uninstalled or the endpoint was deleted.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
 */
const isGone = ({ name, message }: Error): boolean =>
  name === 'EndpointDisabledException' ||
  name === 'NotFoundException' ||
  (name === 'InvalidParameterException' && message.includes('No endpoint found'))

function messageOf({ chatRoomId, senderId: title, preview: body = 'New message' }: PushWanted): string {
  const apns = JSON.stringify({ aps: { alert: { title, body }, 'thread-id': chatRoomId }, chatRoomId })
  const android = { collapse_key: chatRoomId, notification: { title, body, tag: chatRoomId } }
  const fcm = JSON.stringify({ fcmV1Message: { message: { android, data: { chatRoomId } } } })
  return JSON.stringify({ default: body, APNS: apns, APNS_SANDBOX: apns, GCM: fcm })
}
