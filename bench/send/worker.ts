/** One way of a send, in a process of its own: its invocations run one after the other, as in Lambda. */
import { RequestSigner } from '../../src/aws/request-signer.ts'
import { byNodeHttp } from '../shared/by-node-http.ts'
import { answerCalls } from '../shared/rpc.ts'

const { SEND_BUNDLE: bundle, FLOOR_REQUESTS: requests = '[]', AWS_ENDPOINT_URL_DYNAMODB: endpoint = '' } = process.env

const event = {
  body: JSON.stringify({ action: 'sendMessage', requestId: 'r', chatRoomId: 'bench', content: 'x'.repeat(200) }),
  requestContext: {
    routeKey: 'sendMessage',
    connectionId: 'Lx9bcfQkIAMCEAA=',
    requestId: 'r',
    connectedAt: Date.now(),
    authorizer: { userId: 'user-0', exp: '4000000000' },
  },
}

type Send = () => Promise<unknown>

/** Returns the deployed function. */
async function deployed(file: string): Promise<Send> {
  const { handler } = (await import(file)) as { handler: (sent: typeof event) => Promise<{ body?: string }> }
  return async () => {
    const { body = '' } = await handler(event)
    if (!body.startsWith('{"type":"reply"')) throw new Error(`unable to send; the function returned ${body}`)
  }
}

/**
 * Returns a function that only sends the same requests, signed, with prepared bodies, one after the other by
 * `node:http`.
 */
async function floor(): Promise<Send> {
  const url = new URL(endpoint)
  const send = byNodeHttp(url, 128, true)
  const signer = new RequestSigner('dynamodb', url.host, 'application/x-amz-json-1.0')
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local', sessionToken: 't'.repeat(800) }
  const asked = JSON.parse(requests) as { target: string; body: string }[]
  return async () => {
    for (const { target, body } of asked) {
      const headers = signer.headers({ path: '/', body, target, now: Date.now() }, credentials, 'us-east-1')
      JSON.parse((await send('/', headers, body, 30_000)).body)
    }
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const send = await (bundle === undefined ? floor() : deployed(bundle))

const calls = {
  /** Returns the mean CPU milliseconds of an invocation over `times` invocations. */
  async invoke(times: number) {
    const before = cpuMs()
    for (let i = 0; i < times; i++) await send()
    return (cpuMs() - before) / times
  },

  /** Returns the resident MiB. */
  async memory() {
    return process.memoryUsage().rss / 2 ** 20
  },
}

export type SendWorkerCalls = typeof calls

answerCalls(calls)
