import { randomUUID } from 'node:crypto'
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  paginateScan,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { expect, onTestFinished, test } from 'vitest'
import type { Runtime } from '../../local/runtime.ts'
import type { MessageEvent } from '../../src/protocol/events.ts'
import { credentials } from '../support/account.ts'
import { givenRoom } from '../support/given-room.ts'
import { connect, settled, startChat } from '../support/runtime.ts'
import { type Item, scan } from '../support/table-scan.ts'
import { givenUpload, png, sendForm } from '../support/upload-form.ts'

const Bucket = 'tabletalk-files'
type Row = Record<string, AttributeValue>
interface Backup {
  rows: Row[]
  files: { Key: string; Body: Uint8Array; tags: string }[]
}

function filesOf({ bucket }: Runtime): S3Client {
  const client = new S3Client({ endpoint: bucket.endpoint, region: 'us-east-1', credentials, forcePathStyle: true })
  onTestFinished(() => client.destroy())
  return client
}

/** Returns the table as it is now, and each current file with its tags, as AWS Backup and `aws s3 sync` copy them. */
async function backUp(chat: Runtime): Promise<Backup> {
  const rows: Row[] = []
  for await (const page of paginateScan({ client: chat.dynamodb }, { TableName: chat.tableName })) {
    rows.push(...(page.Items ?? []))
  }
  const s3 = filesOf(chat)
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }))
  const current = Versions.filter(({ IsLatest }) => IsLatest).map(({ Key = '' }) => Key)
  const files = current.map(async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))
    const tags = new URLSearchParams(TagSet.map((tag): [string, string] => [tag.Key!, tag.Value!])).toString()
    return { Key, Body: await Body!.transformToByteArray(), tags }
  })
  return { rows, files: await Promise.all(files) }
}

/**
 * Creates a table with these rows whose stream is enabled only when the table is complete: a restored table's rows are
 * in no stream.
 */
async function restoreTable({ dynamodb, tableName }: Runtime, rows: readonly Row[]): Promise<string> {
  const { Table: lost } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName }))
  const TableName = `restored-${randomUUID()}`
  const [index] = lost!.GlobalSecondaryIndexes!
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: lost!.KeySchema,
      AttributeDefinitions: lost!.AttributeDefinitions,
      GlobalSecondaryIndexes: [
        { IndexName: index!.IndexName, KeySchema: index!.KeySchema, Projection: index!.Projection },
      ],
    }),
  )
  for (let at = 0; at < rows.length; at += 25) {
    const puts = rows.slice(at, at + 25).map((Item) => ({ PutRequest: { Item } }))
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }))
  }
  const StreamSpecification = lost!.StreamSpecification!
  await dynamodb.send(new UpdateTableCommand({ TableName, StreamSpecification }))
  return TableName
}

/**
 * Uploads the files under their keys: each in one request, but the largest in parts, as the AWS CLI does from 8 MB on.
 */
async function restoreFiles(chat: Runtime, { files }: Backup): Promise<void> {
  const s3 = filesOf(chat)
  const largest = files.toSorted((a, b) => b.Body.length - a.Body.length)[0]
  for (const { Key, Body, tags: Tagging } of files) {
    if (Key !== largest?.Key) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body, Tagging }))
      continue
    }
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, Tagging }))
    const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body }))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }))
  }
}

/** Whether an item must survive. Expired items and those of the old API's connections need not. */
const isLasting = ({ __edb_e__: entity, expiresAt }: Item) =>
  !['Connection', 'UserConnection', 'Session', 'Subscription'].includes(String(entity)) &&
  (expiresAt === undefined || Number(expiresAt) * 1_000 > Date.now())

test('a stack that was lost is restored from its backup: nothing is missing, and nothing is deleted', async () => {
  const lost = await startChat()
  const { room, clients, userIds } = await givenRoom(lost, 'ada', 'bob')
  const [ada, bob] = clients
  const say = (content: string) => ada.request({ action: 'sendMessage', chatRoomId: room, content })
  await say('one')
  const { messageId: two } = await say('two')
  const { messageId: three } = await say('three')
  await ada.request({ action: 'editMessage', chatRoomId: room, messageId: two, content: 'two, edited' })
  await ada.request({ action: 'deleteMessage', chatRoomId: room, messageId: three })
  const text = Buffer.from('a file '.repeat(1_000))
  await sendForm(await givenUpload(ada, room), png)
  await bob.event('message', ({ file }) => file?.contentType === 'image/png')
  await sendForm(
    await givenUpload(ada, room, { fileName: 'a.txt', contentType: 'text/plain', size: text.length }),
    text,
  )
  await bob.event('message', ({ file }) => file?.contentType === 'text/plain')
  // A form that nobody has used yet.
  await givenUpload(bob, room)
  await bob.request({ action: 'markRead', reads: { [room]: 4 } })
  await settled(lost)
  await lost.followups.idle()
  const before = (await bob.request({ action: 'getHistory', chatRoomId: room })).messages
  const backup = await backUp(lost)
  await say('after the backup')

  // The other stack's bucket has another name. The rows keep the old one.
  const rows = JSON.parse(JSON.stringify(backup.rows).replaceAll(`s3://${Bucket}/`, 's3://lost-files/')) as Row[]
  const tableName = await restoreTable(lost, rows)
  await lost.close()

  const chat = await startChat({ tableName })
  onTestFinished(() => chat.close())
  await restoreFiles(chat, backup)
  await chat.bucket.idle()
  expect(chat.bucket.failures).toEqual([])
  const restored = await scan(chat)

  const [adaAgain, bobAgain] = [await connect(chat, userIds[0]), await connect(chat, userIds[1])]
  const { rooms } = await bobAgain.request({ action: 'sync', rooms: { [room]: 0 } })
  expect(rooms).toMatchObject([{ chatRoomId: room, headSeq: 5 }])
  await adaAgain.request({ action: 'sync' })
  const { messages } = await bobAgain.request({ action: 'getHistory', chatRoomId: room })
  expect(messages.map(withoutLink)).toEqual(before.map(withoutLink))
  expect(messages.map(({ content }) => content)).toEqual(expect.arrayContaining(['one', 'two, edited']))
  for (const { file } of messages) {
    if (file === undefined) continue
    const served = Buffer.from(await (await fetch(file.fileUrl)).arrayBuffer())
    expect(served.equals(file.contentType === 'image/png' ? png : text), file.fileName).toBe(true)
  }

  // The number of the lost message is given to another one, and everybody receives it.
  const sent = await adaAgain.request({ action: 'sendMessage', chatRoomId: room, content: 'we are back' })
  expect(sent).toMatchObject({ seq: 6 })
  await bobAgain.event('message', ({ content }) => content === 'we are back')
  await settled(chat)
  await chat.followups.idle()
  await chat.sweeper.sweep()
  await chat.bucket.sweep()
  const keyOf = ({ pk, sk }: Item) => `${String(pk)} ${String(sk)}`
  const after = new Set((await scan(chat)).map(keyOf))
  expect(restored.filter(isLasting).filter((item) => !after.has(keyOf(item)))).toEqual([])
  const kept = await backUp(chat)
  const byKey = (files: Backup['files']) => files.map(({ Key, Body }) => [Key, Body.length]).sort()
  expect(byKey(kept.files)).toEqual(byKey(backup.files))
})

const withoutLink = ({ file, ...message }: MessageEvent) =>
  file === undefined ? message : { ...message, file: { ...file, fileUrl: '', fileUrlExpiresAt: 0 } }
