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

/** Set by `npm run test:like-aws`: every runtime of the tests imitates AWS. */
export const isLikeAws = process.env.LIKE_AWS === '1'

/**
 * Starts a whole Tabletalk on the run's DynamoDB Local, with a table of its own. Under `npm run e2e` it returns the
 * deployed stack, which tests see from outside only. Close it in `afterAll`.
 */
export async function startChat(options: RuntimeOptions = {}): Promise<Runtime> {
  const deployment = inject('deployment')
  if (deployment !== undefined) return deployedChat(deployment, options)
  // A test with a faulty table chooses the faults itself.
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
  // The runtime refuses some requests, which its clients must repeat.
  if (isUnlikeLaptop) RawClient.bePatientWith(chat.wsUrl)
  return chat
}

const hasOwnTable = ({ dynamodbEndpoint, environment }: RuntimeOptions) =>
  dynamodbEndpoint !== undefined || environment?.AWS_ENDPOINT_URL_DYNAMODB !== undefined

/**
 * Raises time limits of the runtime that a busy machine would reach. A test that hangs is ended by its own deadline.
 */
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

/** Opens a connection of that user, and closes it when the test ends. It has not synced yet. */
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
 * Waits until everything now in the stream has been processed, and everything posted has arrived at this test's
 * connections. A socket keeps its frames in order, so an answer arrives after what was posted before it.
 */
export async function settled(chat: Runtime): Promise<void> {
  await chat.mapping.idle()
  const open = [...connected].filter(({ socket }) => socket.readyState === socket.OPEN)
  await Promise.all(open.map((client) => client.ask({ action: 'ping' })))
}

/** Waits for the same, and for everything that follows a write: the follow-ups and the janitor's work. */
export async function settledAfter(chat: Runtime): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await settled(chat)
    await chat.schedules.idle()
    await chat.followups.idle()
  }
  await settled(chat)
}

/** Opens a connection and sends `sync` as its first frame, as clients do. */
export async function online(chat: Target, userId: string): Promise<RawClient> {
  const client = await connect(chat, userId)
  await client.request({ action: 'sync' })
  return client
}

/** Returns a name that no other test uses, because the tests of a file share the rooms and users of one table. */
export const unique = (name: string): string => `${name}-${randomUUID().slice(0, 8)}`
