import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DynamoDBClient, GetItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StartupError } from '../../../local/contracts.ts'
import { createTable } from '../../../local/dynamodb/create-table.ts'
import { startDynamoDbLocal } from '../../../local/dynamodb/process.ts'
import { LOCAL_CREDENTIALS } from '../../../local/environment.ts'
import { loadStack } from '../../../terraform/stack.ts'
import { clientConfig, newTable } from './table.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { quietLog } from '../../support/quiet-log.ts'

const log = quietLog

const scratch = temporaryFolder()

async function fakeJava(name: string, script: string): Promise<string> {
  const file = join(scratch, name)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return file
}

async function failure(started: Promise<unknown>): Promise<StartupError> {
  const error = await started.then(() => undefined).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StartupError)
  return error as StartupError
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('a Java that will not do', () => {
  test('is missing: the error names the command that installs one', async () => {
    const error = await failure(startDynamoDbLocal({ javaPath: join(scratch, 'nowhere'), log }))
    expect(error.message).toMatch(
      /^unable to start DynamoDB Local; no Java answers at .*: run `.*(jre|jdk|JRE|java).*`$/,
    )
  })

  test('is too old: the error says which it is and which is needed', async () => {
    const javaPath = await fakeJava('java11', `echo 'openjdk version "11.0.2" 2019-01-15' >&2`)
    const error = await failure(startDynamoDbLocal({ javaPath, log }))
    expect(error.message).toMatch(/the Java found \(.*java11\) is version 11 and 17 or newer is needed: run `/)
  })

  test('is as old as 1.8', async () => {
    const javaPath = await fakeJava('java8', `echo 'java version "1.8.0_292"' >&2`)
    expect((await failure(startDynamoDbLocal({ javaPath, log }))).message).toContain('is version 8 and')
  })

  test("is macOS's stub, which only says where to get one", async () => {
    const javaPath = await fakeJava('stub', `echo 'Unable to locate a Java Runtime.' >&2; exit 1`)
    expect((await failure(startDynamoDbLocal({ javaPath, log }))).message).toContain('no Java answers')
  })

  test('dies early: the error ends with the last thing it said', async () => {
    const javaPath = await fakeJava(
      'dying',
      `[ "$1" = -version ] && { echo 'openjdk version "17.0.1"' >&2; exit; }\necho first >&2; echo 'out of everything' >&2; exit 1`,
    )
    const error = await failure(startDynamoDbLocal({ javaPath, log }))
    expect(error.message).toBe('unable to start DynamoDB Local; it ended at once: out of everything')
  })
})

test('a taken port is a startup error', async () => {
  const holder = createServer().listen(0, '0.0.0.0')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const error = await failure(startDynamoDbLocal({ port, log }))
  expect(error.message).toContain(`port ${port} is taken`)
  holder.close()
})

test('a data directory that is a file is a startup error', async () => {
  const dataDir = join(scratch, 'file')
  await writeFile(dataDir, '')
  expect((await failure(startDynamoDbLocal({ dataDir, log }))).message).toContain('not a folder')
})

test('data in a directory survives a restart, and no JVM is left after close', async () => {
  const dataDir = join(scratch, 'made', 'by itself')
  const key = { pk: { S: 'a' }, sk: { S: 'b' } }
  const stack = loadStack().table
  const connectTo = (endpoint: string) =>
    new DynamoDBClient({ endpoint, region: 'local', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } })

  const first = await startDynamoDbLocal({ dataDir, log })
  const { streamArn } = await createTable(connectTo(first.endpoint), stack, 'kept')
  await connectTo(first.endpoint).send(new PutItemCommand({ TableName: 'kept', Item: key }))
  expect((await failure(startDynamoDbLocal({ dataDir, log }))).message).toContain(`process ${process.pid}`)
  expect(isAlive(first.pid)).toBe(true)
  await first.close()
  expect(isAlive(first.pid)).toBe(false)

  const second = await startDynamoDbLocal({ dataDir, log })
  expect(await createTable(connectTo(second.endpoint), stack, 'kept')).toEqual({ streamArn })
  const { Item } = await connectTo(second.endpoint).send(new GetItemCommand({ TableName: 'kept', Key: key }))
  expect(Item).toEqual(key)
  await second.close()
})

test('a JVM that ends by itself takes along what it held in memory, and says so', async () => {
  const dynamodb = await startDynamoDbLocal({ log })
  process.kill(dynamodb.pid, 'SIGKILL')
  expect((await dynamodb.failed).message).toBe(
    'unable to go on; DynamoDB Local ended by itself (SIGKILL): start again – ' +
      'what it held in memory is gone, DATA_DIR=… keeps it',
  )
  await dynamodb.close()
})

/** Creates a table in a folder, with one item. */
async function withAnItem(options: Partial<Parameters<typeof startDynamoDbLocal>[0]> = {}) {
  const dataDir = temporaryFolder()
  const dynamodb = await startDynamoDbLocal({ dataDir, log, ...options })
  const { endpoint, credentials } = dynamodb
  const config = { endpoint, region: 'us-east-1', credentials }
  const client = new DynamoDBClient(config)
  onTestFinished(() => {
    client.destroy()
    return dynamodb.close()
  })
  const { streamArn } = await createTable(client, loadStack().table, 'kept')
  const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
  await client.send(new PutItemCommand({ TableName: 'kept', Item: Key }))
  const item = async () => (await client.send(new GetItemCommand({ TableName: 'kept', Key }))).Item
  return { dataDir, dynamodb, config, client, streamArn, item, Key }
}

test.each([
  ['killed', 'SIGKILL'],
  ['stopped, and answers no more', 'SIGSTOP'],
] as const)(
  'a JVM that is %s is started again at its port, with what was written and its stream',
  async (_, signal) => {
    const { dynamodb, dataDir, config, streamArn, item, Key } = await withAnItem({
      probeEveryMs: 20,
      // On a busy machine a JVM takes a while to respond, and must not be ended for it.
      probeTimeoutMs: 1_000,
    })
    const { pid } = dynamodb
    const streams = new DynamoDBStreamsClient(config)
    onTestFinished(() => streams.destroy())
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }))
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({
        ...{ StreamArn: streamArn, ShardIteratorType: 'TRIM_HORIZON' },
        ShardId: StreamDescription?.Shards?.[0]?.ShardId,
      }),
    )
    process.kill(pid, signal)
    await vi.waitUntil(() => dynamodb.pid !== pid, { timeout: 120_000 })
    await dynamodb.up()
    expect(isAlive(pid)).toBe(false)
    expect(await item()).toEqual(Key)
    const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }))
    expect(Records).toMatchObject([{ dynamodb: { Keys: Key } }])
    expect((await failure(startDynamoDbLocal({ dataDir, log }))).message).toContain(`process ${process.pid}`)
  },
)

test('the table of a folder is nobody’s who doesn’t know its key, and the folder is the owner’s alone', async () => {
  const { dataDir, dynamodb, item } = await withAnItem()
  expect(await item()).toBeDefined()
  const stranger = new DynamoDBClient({
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: LOCAL_CREDENTIALS,
  })
  expect((await stranger.send(new ListTablesCommand())).TableNames).toEqual([])
  stranger.destroy()
  expect((await stat(dataDir)).mode & 0o077).toBe(0)
  for (const file of await readdir(dataDir))
    expect([file, (await stat(join(dataDir, file))).mode & 0o077]).toEqual([file, 0])
})

test('the table that an earlier version kept for all keys is adopted', async () => {
  const { dataDir, dynamodb, client, item, Key } = await withAnItem()
  client.destroy()
  await dynamodb.close()
  const [file] = (await readdir(dataDir)).filter((name) => name.endsWith('_us-east-1.db'))
  await rename(join(dataDir, file!), join(dataDir, 'shared-local-instance.db'))
  const again = await startDynamoDbLocal({ dataDir, port: Number(new URL(dynamodb.endpoint).port), log })
  onTestFinished(() => again.close())
  expect(await item()).toEqual(Key)
})

test('tables are seen with the access key they were made with', async () => {
  const { tableName } = await newTable()
  const tablesOf = async (accessKeyId: string) => {
    const client = new DynamoDBClient({ ...clientConfig, credentials: { ...clientConfig.credentials, accessKeyId } })
    return (await client.send(new ListTablesCommand())).TableNames
  }
  expect(await tablesOf(clientConfig.credentials.accessKeyId)).toContain(tableName)
  expect(await tablesOf('another')).toEqual([])
})

test.skipIf(process.platform === 'win32')('a parent killed by SIGKILL leaves no JVM behind', async () => {
  const script = fileURLToPath(new URL('./started-by-another.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const { endpoint, pid } = JSON.parse(line) as { endpoint: string; pid: number }
  // The JVM's end of this connection closes when the JVM dies, which is an event to wait for.
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.resume()

  parent.kill('SIGKILL')
  await once(parent, 'exit')
  await once(socket, 'close')

  await expect.poll(() => isAlive(pid)).toBe(false)
})
