import { randomUUID } from 'node:crypto'
import { inject, onTestFinished } from 'vitest'
import { likeAws } from '../../local/like-aws/like-aws.ts'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import { type Runtime, startRuntime } from '../../local/runtime.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { deployedChat } from '../../scripts/e2e/deployment.ts'
import type { Target } from '../../scripts/e2e/target.ts'
import { loadStack } from '../../terraform/stack.ts'
import { credentials } from './account.ts'

/** `npm run test:like-aws`: every runtime of the tests does what AWS does. */
export const isLikeAws = process.env.LIKE_AWS === '1'

/**
 * A whole Tabletalk on the run's DynamoDB Local, with a table of its own; under `npm run e2e` the deployed stack, of
 * which only the outside is there. Close it in `afterAll`.
 */
export async function startChat(options: RuntimeOptions = {}): Promise<Runtime> {
  const deployment = inject('deployment')
  if (deployment !== undefined) return deployedChat(deployment, options)
  // A test with a faulty table of its own says what is wrong with it.
  const isUnlikeLaptop = isLikeAws && !hasOwnTable(options)
  const chat = await startRuntime({
    dynamodbEndpoint: inject('dynamodbEndpoint'),
    credentials,
    ...(options.stack === undefined ? { functionsFolder: inject('functionsFolder') } : {}),
    tableName: `chat-${randomUUID()}`,
    ...(isUnlikeLaptop ? { likeAws: likeAws() } : {}),
    ...options,
    ...patient(options),
  })
  // It refuses requests now and then, which its clients repeat.
  if (isUnlikeLaptop) RawClient.bePatientWith(chat.wsUrl)
  return chat
}

const hasOwnTable = ({ dynamodbEndpoint, environment }: RuntimeOptions) =>
  dynamodbEndpoint !== undefined || environment?.AWS_ENDPOINT_URL_DYNAMODB !== undefined

/** Time limits of the runtime that a busy machine would reach; a test that hangs is ended by its own deadline. */
const patient = ({ stack = loadStack(), environment, gatewayLimits }: RuntimeOptions) => ({
  stack: {
    ...stack,
    functions: Object.fromEntries(
      Object.entries(stack.functions).map(([name, one]) => [name, { ...one, timeoutSeconds: 120 }]),
    ),
  },
  initTimeoutMs: 120_000,
  environment: { TABLE_TIMEOUT_MS: '60000', POST_TIMEOUT_MS: '60000', JWKS_TIMEOUT_MS: '60000', ...environment },
  gatewayLimits: { integrationTimeoutMs: 120_000, ...gatewayLimits },
})

/** Opens a connection as that user and closes it when the test ends. It has not synced yet. */
export async function connect(chat: Target, userId: string, expiresInSeconds?: number): Promise<RawClient> {
  const token = await chat.token(userId, expiresInSeconds === undefined ? {} : { expiresInSeconds })
  const client = await RawClient.open(chat.wsUrl, token)
  connected.add(client)
  onTestFinished(async () => {
    connected.delete(client)
    await client.close()
  })
  return client
}

const connected = new Set<RawClient>()

/**
 * Waits until everything now in the stream has been worked, and everything posted has come to the connections of this
 * test: a socket keeps its frames in order, so an answer comes after what was posted before it.
 */
export async function settled(chat: Runtime): Promise<void> {
  await chat.mapping.idle()
  const open = [...connected].filter(({ socket }) => socket.readyState === socket.OPEN)
  await Promise.all(open.map((client) => client.ask({ action: 'ping' })))
}

/** The same, and everything that follows a write: the follow-ups and the janitor's work. */
export async function settledAfter(chat: Runtime): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await settled(chat)
    await chat.schedules.idle()
    await chat.followups.idle()
  }
  await settled(chat)
}

/** Opens a connection and makes `sync` its first frame, as clients do. */
export async function online(chat: Target, userId: string): Promise<RawClient> {
  const client = await connect(chat, userId)
  await client.request({ action: 'sync' })
  return client
}

/** A name no other test uses: rooms and users of one table are shared by a file's tests. */
export const unique = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`
