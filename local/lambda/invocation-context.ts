import type { Context } from 'aws-lambda'
import { ACCOUNT_ID, REGION } from '../account.ts'
import type { InvokeRequest } from './worker-messages.ts'

/**
 * Returns the context object of one invocation: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 *
 * @param deadline epoch milliseconds at which the invocation times out
 */
export function invocationContext(request: InvokeRequest, deadline: number): Context {
  const { functionName, id, memoryMb } = request
  const region = process.env.AWS_REGION ?? REGION
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:${ACCOUNT_ID}:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    awsRequestId: id,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: callbackStyle,
    fail: callbackStyle,
    succeed: callbackStyle,
  }
}

function callbackStyle(): never {
  throw new Error('unable to end the invocation by callback; handlers have to be async functions')
}
