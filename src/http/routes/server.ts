import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { chatErrorOf } from '../../ws/chat-error-of.ts'
import { errorBody } from '../../ws/error-body.ts'
import { readFrame } from '../../ws/parse-frame.ts'
import { act } from '../act.ts'
import { batch } from '../batch.ts'
import { logFailure } from '../log-failure.ts'
import { senderOf } from '../sender-of.ts'
import type { ServerEvent } from '../server-event.ts'
import { statusOf } from '../status-of.ts'
import { traced } from '../../trace.ts'

/** Handles `POST /v1/{action}`. It only writes to the table; the stream function informs connected clients. */
export const handler = (event: ServerEvent): Promise<APIGatewayProxyStructuredResultV2> =>
  traced(event.requestContext.requestId, () => respondTo(event))

async function respondTo(event: ServerEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const name = event.pathParameters?.action ?? ''
  try {
    const sender = senderOf(event)
    const body = readFrame(textOf(event), {})
    const data = name === 'batch' ? await batch(body, sender) : await act(name, body, sender)
    return respond(200, { data })
  } catch (error) {
    const known = chatErrorOf(error)
    logFailure(known, error, name)
    return respond(statusOf[known.code], { error: errorBody(known) })
  }
}

const textOf = ({ body, isBase64Encoded }: ServerEvent): string | undefined =>
  body !== undefined && isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body

const respond = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})
